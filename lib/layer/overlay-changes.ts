import {lstatSync, readdirSync, readlinkSync, type Stats} from 'node:fs';
import {MachineError} from '../errors.ts';
import {deviceParts} from '../linux/mknod.ts';
import {getXattr, imageXattrs, listXattrNames} from '../linux/xattr.ts';
import type {Entry} from '../tree/entry.ts';
import {decodeName, nativePath} from '../tree/name.ts';
import {compareBytes, joinPath} from '../tree/paths.ts';

/**
 * What the upper folder of an overlay at rest says of the tree below it, as the entries of a layer, sorted by path
 * (SURFACE LAY-3 to LAY-6; https://docs.kernel.org/filesystems/overlayfs.html#whiteouts-and-opaque-directories).
 * The parents of what changed are in it, since overlayfs copies them up; the root itself is not. Owners are those that this
 * process sees: inside the user namespace they are the image's. Sockets are left out, and what `isKept` is false for: of a file with
 * several names the first that is kept has its content.
 */
export function overlayChanges(upper: string, isKept: (entry: Entry) => boolean = () => true): Entry[] {
	const kept = [...walk(upper, '')].filter(({entry}) => isKept(entry));
	const found = kept.sort((one, other) => compareBytes(one.entry.path, other.entry.path));
	const firstNames = new Map<string, string>();
	return found.flatMap(({entry, opaque, inode}) => {
		const target = inode && firstNames.get(inode);
		if (inode && !target) firstNames.set(inode, entry.path);
		if (target) return [linkTo(target, entry)];
		return opaque ? [entry, mark('opaque', entry.path)] : [entry];
	});
}

/** A path of the upper folder. */
interface Found {
	readonly entry: Entry;
	readonly opaque?: boolean;
	/** Of a file with several names. */
	readonly inode?: string;
}

function* walk(upper: string, directory: string): Generator<Found> {
	for (const name of namesIn(`${upper}/${directory}`)) {
		const path = joinPath(directory, name);
		const place = `${upper}/${path}`;
		const stat = lstatSync(nativePath(place));
		if (stat.isSocket()) continue;
		if (stat.isDirectory()) {
			yield directoryAt(path, place, stat);
			yield* walk(upper, path);
		} else if (isWhiteout(stat)) yield {entry: mark('whiteout', path)};
		else yield {entry: entryAt(path, place, stat), ...(stat.nlink > 1 && {inode: inodeAt(place)})};
	}
}

/** The names in a directory. Only where one seems to be no UTF-8 they are read again as bytes. */
function namesIn(directory: string): string[] {
	const native = nativePath(directory);
	const names = readdirSync(native, 'utf8');
	if (!names.some(name => name.includes('\ufffd'))) return names;
	return readdirSync(native, 'buffer').map(decodeName);
}

function directoryAt(path: string, place: string, stat: Stats): Found {
	const {opaque, ...xattrs} = attributesAt(place);
	return {entry: {...common(path, stat), ...xattrs, type: 'directory'}, opaque};
}

function entryAt(path: string, place: string, stat: Stats): Entry {
	const entry = common(path, stat);
	if (stat.isSymbolicLink()) {
		return {...entry, type: 'symlink', linkname: decodeName(readlinkSync(nativePath(place), 'buffer'))};
	}
	if (stat.isFIFO()) return {...entry, type: 'fifo'};
	if (!stat.isFile()) return {...entry, type: stat.isBlockDevice() ? 'block' : 'char', ...deviceParts(stat.rdev)};
	const {opaque: _, ...xattrs} = attributesAt(place);
	return {...entry, ...xattrs, type: 'file', size: stat.size, content: {from: 'file', path: place}};
}

function common(path: string, stat: Stats) {
	const {uid, gid, mtimeMs} = stat;
	return {path, mode: stat.mode & 0o7777, uid, gid, size: 0, mtime: Math.floor(mtimeMs / 1000)};
}

/** Read as integers: a double cannot hold every inode number. */
function inodeAt(place: string): string {
	const {dev, ino} = lstatSync(nativePath(place), {bigint: true});
	return `${dev}:${ino}`;
}

function linkTo(linkname: string, {path, mode, uid, gid, mtime}: Entry): Entry {
	return {path, type: 'hardlink', mode, uid, gid, size: 0, mtime, linkname};
}

function mark(type: 'whiteout' | 'opaque', path: string): Entry {
	return {path, type, mode: 0, uid: 0, gid: 0, size: 0, mtime: 0};
}

function isWhiteout(stat: Stats): boolean {
	return stat.isCharacterDevice() && stat.rdev === 0;
}

/** What an upper folder keeps in attributes: the image's own, and overlayfs' mark, which is `trusted` for a mount made as root. */
function attributesAt(place: string): {opaque: boolean; xattrs?: Record<string, string>} {
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
