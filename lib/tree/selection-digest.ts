import {type Digest, digestOf} from '../oci/digest.ts';
import {type ModeChange, parseChmod} from './chmod.ts';
import {inodeOf} from './dress.ts';
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
 * file, devices, xattrs and contents; never an mtime (KEY-1). JSON keeps every value in its bounds (KEY-3), also those of names that are no UTF-8.
 * Files must have their `digest`, save those whose bytes are at hand.
 */
export function selectionDigest(selection: Selection, {chown, chmod}: DigestOptions = {}): Digest {
	const mode: ModeChange = chmod === undefined ? same => same : parseChmod(chmod);
	const sources = selection.sources.map(({kind, entries}) => {
		const inodes = new Map<string, string>();
		return [kind, entries.map(entry => identityOf(entry, {inodes, mode, hasIds: chown === undefined}))];
	});
	return digestOf(JSON.stringify(sources));
}

interface Scope {
	/** The first path of each file of the source. */
	readonly inodes: Map<string, string>;
	readonly mode: ModeChange;
	readonly hasIds: boolean;
}

function identityOf(entry: Entry, {inodes, mode, hasIds}: Scope): readonly unknown[] {
	const {path, type, uid, gid, size, major, minor, xattrs} = entry;
	const itsMode = type === 'symlink' ? entry.mode : mode(entry.mode, type === 'directory');
	const identity: unknown[] = [path, type, size, linkOf(entry, inodes), contentOf(entry), itsMode];
	if (hasIds) identity.push(uid, gid);
	if (major !== undefined) identity.push({major, minor});
	if (xattrs !== undefined) identity.push(Object.entries(xattrs).sort(byName));
	return identity;
}

/** A symlink's target, or the first path of this source that names the same file. */
function linkOf(entry: Entry, inodes: Map<string, string>): string {
	if (entry.type !== 'file') return entry.linkname ?? '';
	const inode = inodeOf(entry);
	const first = inode === undefined ? undefined : inodes.get(inode);
	if (inode !== undefined && first === undefined) inodes.set(inode, entry.path);
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
