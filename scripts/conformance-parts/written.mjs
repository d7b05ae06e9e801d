import {readFileSync} from 'node:fs';
import {recordedFor} from './recorded.mjs';

const {cases} = JSON.parse(readFileSync(new URL('../../spec/conformance/written.json', import.meta.url), 'utf8'));

/**
 * What a build must come to by the rules of today's BuildKit, as written out in spec/conformance/written.json, where no builder
 * at hand makes it so: a picture of its own, or what another builder made `from` which some files are changed or dropped.
 */
export function writtenFor(one, step) {
	const written = cases[one.id]?.[step];
	if (!written?.from) return written;
	const {files, ...picture} = recordedFor(one, step)[written.from];
	const kept = Object.entries(files).filter(([path]) => !written.drop?.includes(path));
	return {...picture, files: {...Object.fromEntries(kept), ...written.files}};
}
