import {
	chmodSync,
	closeSync,
	constants,
	fchmodSync,
	fchownSync,
	futimesSync,
	lchownSync,
	linkSync,
	lutimesSync,
	mkdirSync,
	openSync,
	symlinkSync,
	writeSync,
} from 'node:fs';
import type {Bytes} from '../bytes.ts';
import {mknod} from '../linux/mknod.ts';
import {type NativePath, setXattr} from '../linux/xattr.ts';
import {encodeName} from '../tree/name.ts';
import {compareBytes, joinPath, nameOf, parentOf} from '../tree/paths.ts';
import type {TocEntry} from '../tree/toc.ts';
import {Malformed, unmappedOwner} from './errors.ts';
import {hideLower} from './removals.ts';
import type {RootFolder} from './root-folder.ts';

/** Whether files get the owners that the layer gives them, or all belong to the one id there is. */
export type Owners = 'keep' | 'single';

/** A folder that entries are put into. Calls are synchronous: for thousands of small files they are several times faster. */
export interface Site {
	readonly root: RootFolder;
	readonly owners: Owners;
	/** The directories that await their mode and time, by place. */
	readonly directories: Map<string, TocEntry>;
}

/**
 * Puts an entry where its path leads, and answers the place. What was there is replaced; a directory is kept and changed.
 * Owner first, since chown takes setuid bits and capabilities away, then attributes, then the mode (SURFACE CPY-17).
 */
export async function placeEntry(site: Site, entry: TocEntry, content: () => Bytes): Promise<string> {
	const {path} = entry;
	if (path === '' && entry.type !== 'directory') throw new Malformed('entry "./" is no directory');
	const place = path === '' ? '' : joinPath(site.root.makeDirectory(parentOf(path), path), nameOf(path));
	if (entry.type === 'directory') placeDirectory(site, place, entry);
	else if (entry.type === 'file') await placeFile(site, place, {entry, content});
	else if (entry.type === 'hardlink') placeHardlink(site, place, entry);
	else if (entry.type === 'symlink') placeSymlink(site, place, entry);
	else if (entry.type === 'fifo') placeFifo(site, place, entry);
	return place;
}

/** Gives directories their mode and time, which what they hold would have changed, or been hindered by (SURFACE W-2). */
export function finishDirectories({root, directories}: Site): void {
	// What lies deeper comes first: a parent's mode may forbid to reach it.
	for (const [place, entry] of [...directories].sort(([one], [other]) => compareBytes(other, one))) {
		chmodSync(root.native(place), entry.mode);
		lutimesSync(root.native(place), timeOf(entry), timeOf(entry));
	}
}

const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

function placeDirectory(site: Site, place: string, entry: TocEntry): void {
	const {root, directories} = site;
	const native = root.native(place);
	const found = root.stat(place);
	if (!found?.isDirectory()) {
		if (found) clear(site, place);
		mkdirSync(native, 0o700);
		// The layer removes this path of lower layers, and makes it anew.
		if (found?.isCharacterDevice()) hideLower(root, place);
	}
	root.implicit.delete(place);
	directories.set(place, entry);
	own(site, entry, (uid, gid) => lchownSync(native, uid, gid));
	attribute(site, native, entry);
}

async function placeFile(site: Site, place: string, file: {entry: TocEntry; content: () => Bytes}): Promise<void> {
	const {entry, content} = file;
	const fd = create(site, place, native => openSync(native, newFile, 0o600));
	try {
		for await (const chunk of content()) for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
		own(site, entry, (uid, gid) => fchownSync(fd, uid, gid));
		attribute(site, site.root.native(place), entry);
		fchmodSync(fd, entry.mode);
		futimesSync(fd, timeOf(entry), timeOf(entry));
	} finally {
		closeSync(fd);
	}
}

function placeHardlink(site: Site, place: string, {path, linkname = ''}: TocEntry): void {
	const {root} = site;
	const parent = root.findDirectory(parentOf(linkname), path);
	const source = parent === undefined ? undefined : joinPath(parent, nameOf(linkname));
	const found = source === undefined ? undefined : root.stat(source);
	if (source === undefined || !found || found.isDirectory()) {
		throw new Malformed(`entry "${path}" is a hard link to "${linkname}", which the layer does not have before it`);
	}
	if (source !== place) create(site, place, native => linkSync(root.native(source), native));
}

function placeSymlink(site: Site, place: string, entry: TocEntry): void {
	const native = site.root.native(place);
	create(site, place, () => symlinkSync(encodeName(entry.linkname ?? ''), native));
	own(site, entry, (uid, gid) => lchownSync(native, uid, gid));
	lutimesSync(native, timeOf(entry), timeOf(entry));
}

function placeFifo(site: Site, place: string, entry: TocEntry): void {
	const native = site.root.native(place);
	create(site, place, () => mknod(native, {type: 'fifo', mode: 0o600}));
	own(site, entry, (uid, gid) => lchownSync(native, uid, gid));
	chmodSync(native, entry.mode);
	lutimesSync(native, timeOf(entry), timeOf(entry));
}

/** Calls `make`, a second time if something was in its way. */
function create<T>(site: Site, place: string, make: (native: NativePath) => T): T {
	try {
		return make(site.root.native(place));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		clear(site, place);
		return make(site.root.native(place));
	}
}

function clear({root, directories}: Site, place: string): void {
	root.remove(place);
	for (const path of directories.keys()) if (path === place || path.startsWith(`${place}/`)) directories.delete(path);
}

function own({owners}: Site, {path, uid, gid}: TocEntry, chown: (uid: number, gid: number) => void): void {
	if (owners === 'single') return;
	try {
		chown(uid, gid);
	} catch (error) {
		throw (error as NodeJS.ErrnoException).code === 'EINVAL' ? unmappedOwner(path, `${uid}:${gid}`, error) : error;
	}
}

/** `user.*` is kept where the filesystem can. Capabilities must not get lost, unless there is one id, which has no use for them. */
function attribute({owners}: Site, native: NativePath, {xattrs = {}}: TocEntry): void {
	for (const [name, value] of Object.entries(xattrs)) {
		try {
			setXattr(native, name, Buffer.from(value, 'base64'));
		} catch (error) {
			if (name === 'security.capability' && owners === 'keep') throw error;
		}
	}
}

/** A Date, since Node takes a negative number for "now"; and none that a Date cannot hold. */
function timeOf({mtime}: TocEntry): Date {
	return new Date(Math.max(-latest, Math.min(latest, mtime)) * 1000);
}

const latest = 8_640_000_000_000;
