import {lstatSync, readdirSync, readlinkSync, type Stats} from 'node:fs';
import {MachineError} from '../errors.ts';
import {deviceParts} from '../linux/mknod.ts';
import {getXattr, imageXattrs, listXattrNames} from '../linux/xattr.ts';
import type {Entry} from '../tree/entry.ts';
import {below, byteOrder, decodeName, nativePath} from './name.ts';

/**
 * What the upper folder of an overlay at rest says of the tree below it, as the entries of a layer, sorted by path
 * (SURFACE LAY-3 to LAY-6; https://docs.kernel.org/filesystems/overlayfs.html#whiteouts-and-opaque-directories).
 * The parents of what changed are in it, since overlayfs copies them up; the root itself is not. Owners are those that this
 * process sees: inside the user namespace they are the image's. Sockets are left out.
 */
export function overlayChanges(upper: string): Entry[] {
	const found = [...walk(upper, '')].sort((one, other) => byteOrder(one.path, other.path));
	const firstNames = new Map<string, string>();
	return found.flatMap(seen => {
		const target = seen.stat.nlink > 1 && !seen.stat.isDirectory() ? linkTarget(seen, firstNames) : undefined;
		return entriesOf(seen, target);
	});
}

/** A path of the upper folder: `path` as a layer has it, `place` as the system does. */
interface Seen {
	readonly path: string;
	readonly place: string;
	readonly stat: Stats;
}

function* walk(upper: string, directory: string): Generator<Seen> {
	for (const name of namesIn(`${upper}/${directory}`)) {
		const path = below(directory, name);
		const place = `${upper}/${path}`;
		const stat = lstatSync(nativePath(place));
		if (stat.isSocket()) continue;
		yield {path, place, stat};
		if (stat.isDirectory()) yield* walk(upper, path);
	}
}

/** The names in a directory. Only where one seems to be no UTF-8 they are read again as bytes. */
function namesIn(directory: string): string[] {
	const native = nativePath(directory);
	const names = readdirSync(native, 'utf8');
	if (!names.some(name => name.includes('\ufffd'))) return names;
	return readdirSync(native, 'buffer').map(decodeName);
}

/** The first name of an inode with several, unless this is it. Whiteouts share one inode, too. */
function linkTarget({path, place, stat}: Seen, firstNames: Map<string, string>): string | undefined {
	if (isWhiteout(stat)) return undefined;
	// A double cannot hold every inode number.
	const {dev, ino} = lstatSync(nativePath(place), {bigint: true});
	const inode = `${dev}:${ino}`;
	const first = firstNames.get(inode);
	if (first === undefined) firstNames.set(inode, path);
	return first;
}

function entriesOf(seen: Seen, target: string | undefined): Entry[] {
	const {path, place, stat} = seen;
	if (isWhiteout(stat)) return [mark('whiteout', path)];
	const common = {
		path,
		mode: stat.mode & 0o7777,
		uid: stat.uid,
		gid: stat.gid,
		size: 0,
		mtime: Math.floor(stat.mtimeMs / 1000),
	};
	if (target !== undefined) return [{...common, type: 'hardlink', linkname: target}];
	if (stat.isSymbolicLink()) {
		return [{...common, type: 'symlink', linkname: decodeName(readlinkSync(nativePath(place), 'buffer'))}];
	}
	if (stat.isFIFO()) return [{...common, type: 'fifo'}];
	if (!stat.isFile() && !stat.isDirectory()) {
		return [{...common, type: stat.isBlockDevice() ? 'block' : 'char', ...deviceParts(stat.rdev)}];
	}
	const {opaque, ...xattrs} = attributesOf(place);
	if (stat.isFile())
		return [{...common, ...xattrs, type: 'file', size: stat.size, content: {from: 'file', path: place}}];
	const directory = {...common, ...xattrs, type: 'directory'} as const;
	return opaque ? [directory, mark('opaque', path)] : [directory];
}

function mark(type: 'whiteout' | 'opaque', path: string): Entry {
	return {path, type, mode: 0, uid: 0, gid: 0, size: 0, mtime: 0};
}

function isWhiteout(stat: Stats): boolean {
	return stat.isCharacterDevice() && stat.rdev === 0;
}

/** What an upper folder keeps in attributes: the image's own, and overlayfs' mark, which is `trusted` for a mount made as root. */
function attributesOf(place: string): {opaque: boolean; xattrs?: Record<string, string>} {
	const native = nativePath(place);
	const names = listXattrNames(native);
	if (names.length === 0) return {opaque: false};
	const incomplete = names.find(name => /^(?:user|trusted)\.overlay\.(?:redirect|metacopy)$/.test(name));
	if (incomplete) throw incompleteUpper(place, incomplete);
	const mark = names.find(name => /^(?:user|trusted)\.overlay\.opaque$/.test(name));
	const xattrs = imageXattrs(native);
	return {
		opaque: mark !== undefined && getXattr(native, mark)?.toString() === 'y',
		...(xattrs && {xattrs}),
	};
}

/** With these options of overlayfs, the upper folder only points at content: nothing that could be packed (SURFACE LAY-3). */
function incompleteUpper(place: string, name: string): MachineError {
	return new MachineError('OVERLAY_OPTIONS', `cannot pack ${place}: it has ${name}`, {
		notes: ['the overlay was mounted with redirect_dir or metacopy, which are to be off'],
	});
}
