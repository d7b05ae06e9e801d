import {createHash, type Hash} from 'node:crypto';
import {type Digest, digestFromHex, hexOf} from '../oci/digest.ts';

/** Counted up whenever the same fields would make another layer: a store then runs every step anew. */
const formatVersion = 1;

/**
 * What the result of a step depends on, besides the files it starts from: name → value (DESIGN, cache key). Never an
 * mtime, a host id, the umask, a label or a secret's value.
 */
export type KeyFields = Readonly<Record<string, KeyValue>>;
export type KeyValue =
	| string
	| number
	| boolean
	| undefined
	| readonly KeyValue[]
	| {readonly [name: string]: KeyValue};

/** Names the step apart from its parent: `steps/PART/KEY` are its records, one for each file system it was run on. */
export function partialKey(fields: KeyFields): string {
	const hash = createHash('sha256');
	frame(hash, {format: formatVersion, ...fields});
	return hash.digest('hex');
}

/** The key of a step's record. */
export function stepKey(partial: string, parent: Digest): string {
	return `${partial}/${createHash('sha256')
		.update(`${partial} ${hexOf(parent)}`)
		.digest('hex')}`;
}

/** The digest of one field, as it stands in the record. */
export function fieldDigest(value: KeyValue): Digest {
	const hash = createHash('sha256');
	frame(hash, value);
	return digestFromHex(hash.digest('hex'));
}

/** Every value is framed by its type and length, so that no two lists can run into the same bytes (SURFACE KEY-3). */
function frame(hash: Hash, value: KeyValue): void {
	if (Array.isArray(value)) {
		hash.update(`a${value.length}:`);
		for (const item of value) frame(hash, item);
	} else if (typeof value === 'object') {
		const names = Object.keys(value)
			.filter(name => (value as Record<string, KeyValue>)[name] !== undefined)
			.sort();
		hash.update(`o${names.length}:`);
		for (const name of names) {
			frame(hash, name);
			frame(hash, (value as Record<string, KeyValue>)[name]);
		}
	} else {
		const text = String(value);
		hash.update(`${typeof value}${Buffer.byteLength(text)}:${text}`);
	}
}
