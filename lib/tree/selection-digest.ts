import {createHash, type Hash} from 'node:crypto';
import {type Digest, digestFromHex, digestOf} from '../oci/digest.ts';
import {parseChmod} from './chmod.ts';
import type {Entry} from './entry.ts';
import type {Selection} from './selection.ts';

/** What of the instruction decides about ids and modes; both are fields of the key themselves. */
export interface DigestOptions {
	readonly chown?: string;
	readonly chmod?: string;
}

const noContent = digestOf('');

/**
 * The identity of what is copied, for the cache key: names, types, modes and ids as they will be, sizes, link targets, which names share a
 * file, devices, xattrs and contents; never an mtime (KEY-1). Every value is framed by its length (KEY-3).
 * Files must have their `digest`, save those whose bytes are at hand.
 */
export function selectionDigest(selection: Selection, {chown, chmod}: DigestOptions = {}): Digest {
	const hash = createHash('sha256');
	const mode = chmod === undefined ? undefined : parseChmod(chmod);
	for (const {kind, entries} of selection.sources) {
		frame(hash, [kind, entries.length]);
		const inodes = new Map<string, string>();
		for (const entry of entries) {
			const changed = mode && entry.type !== 'symlink' ? mode(entry.mode, entry.type === 'directory') : entry.mode;
			const {path, type, uid, gid, size, major, minor} = entry;
			const ids = chown === undefined ? [uid, gid] : [];
			frame(hash, [
				path,
				type,
				changed,
				size,
				major ?? '',
				minor ?? '',
				linkOf(entry, inodes),
				contentOf(entry),
				...ids,
			]);
			frame(
				hash,
				Object.entries(entry.xattrs ?? {})
					.sort(byName)
					.flat(),
			);
		}
	}
	return digestFromHex(hash.digest('hex'));
}

function frame(hash: Hash, values: readonly (string | number)[]): void {
	const framed = values.map(value => `${Buffer.byteLength(`${value}`)}:${value}`);
	hash.update(`${framed.length};${framed.join('')}`);
}

/** A symlink's target, or the first path of this source that names the same file. */
function linkOf({type, path, linkname, content}: Entry, inodes: Map<string, string>): string {
	if (type !== 'file') return linkname ?? '';
	if (!content || content.from === 'bytes') return '';
	const inode =
		content.from === 'file' ? `${content.path} ${content.offset ?? 0}` : `${content.diffID} ${content.offset}`;
	const first = inodes.get(inode);
	if (first === undefined) inodes.set(inode, path);
	return first ?? '';
}

function contentOf({type, path, size, digest, content}: Entry): string {
	if (type !== 'file') return '';
	if (digest) return digest;
	if (content?.from === 'bytes') return digestOf(content.data);
	if (size === 0) return noContent;
	throw new Error(`${path} has no digest yet`);
}

function byName([a]: [string, string], [b]: [string, string]): number {
	return a < b ? -1 : 1;
}
