import {UsageError} from '../errors.ts';
import type {BuildOptions} from '../index.ts';
import type {Arguments} from './command.ts';
import {compressions} from './flags.ts';

type Form = Pick<BuildOptions, 'mediaTypes' | 'compression' | 'compressionLevel' | 'forceCompression'>;

/** `--format`, `--compression-format`, `--compression-level` and `--force-compression`: what an image is to be like. */
export function imageForm(args: Arguments): Form {
	const types = args.text('format');
	return {
		...(types === 'oci' || types === 'docker' ? {mediaTypes: types} : {}),
		...compressionNamed(args.text('compression-format')),
		...compressionLevel(args.text('compression-level'), '--compression-level'),
		...(args.has('force-compression') ? {forceCompression: true} : {}),
	};
}

/** Nothing if there is no such compression. */
export function compressionNamed(text: string | undefined): Pick<Form, 'compression'> {
	const compression = compressions.find(name => name === text);
	return compression ? {compression} : {};
}

/** `flag` is named where the text is no level of any compression. */
export function compressionLevel(text: string | undefined, flag: string): Pick<Form, 'compressionLevel'> {
	if (text === undefined) return {};
	if (/^\d{1,2}$/.test(text)) return {compressionLevel: Number(text)};
	throw new UsageError('FLAG_VALUE', `${flag} cannot be ${text}`, {
		help: [`as in: ${flag}${flag.startsWith('-') ? ' ' : '='}6`],
	});
}
