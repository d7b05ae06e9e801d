import type {Transferred} from '../index.ts';
import {plural} from './names.ts';
import {oneLine} from './one-line.ts';

/** Says what is not in an archive that has room for one platform, and what has room for all. */
export function leftOutNote(
	image: string,
	{platforms, attestations}: NonNullable<Transferred['leftOut']>,
	cure: string,
): string {
	const what = [...platforms, ...(attestations > 0 ? [plural(attestations, 'attestation')] : [])].join(', ');
	return `note: docker-archive has room for one platform: left out of ${oneLine(image)}: ${oneLine(what)}\nhelp: all of it: ${cure}\n`;
}
