import {chmodSync, closeSync, lchownSync, linkSync, lutimesSync, mkdirSync, symlinkSync} from 'node:fs';
import {type Bytes, writeAll} from '../bytes.ts';
import {mknod} from '../linux/mknod.ts';
import type {NativePath} from '../linux/xattr.ts';
import {encodeName} from '../tree/name.ts';
import {compareBytes, joinPath, nameOf, parentOf} from '../tree/paths.ts';
import type {TocEntry} from '../tree/toc.ts';
import {Malformed} from './errors.ts';
import {type FileWriter, largestFile} from './file-writer.ts';
import {createFile, dressFile, giveOwner, giveXattrs, type Owners, timeOf} from './new-file.ts';
import {hideLower} from './removals.ts';
import {type RootFolder, rootFolder} from './root-folder.ts';

/** A folder that entries are put into. Calls are synchronous: for thousands of small files they are several times faster. */
export interface Site {
	readonly root: RootFolder;
	readonly owners: Owners;
	/** The directories that await their mode and time, by place. */
	readonly directories: Map<string, TocEntry>;
	/** Where something has been put, and the directories above. */
	readonly placed: Set<string>;
	/** Writes small files where nothing has been put before; absent: they are written at once. */
	readonly writer: FileWriter | undefined;
	/** Where files are that it may not have written yet. */
	readonly pending: Set<string>;
}

export interface SiteOptions {
	readonly owners: Owners;
	readonly writer?: FileWriter | undefined;
	/** Hears of a directory that was made where a whiteout lay: it hides what lower layers have there. */
	readonly onMarked?: (root: RootFolder, place: string) => void;
}

export function openSite(folder: string, {owners, writer, onMarked}: SiteOptions): Site {
	const pending = new Set<string>();
	const root: RootFolder = rootFolder(folder, {
		onMarked: place => onMarked?.(root, place),
		beforeLook: place => {
			if (place === undefined || pending.has(place)) settle({writer, pending});
		},
	});
	return {root, owners, directories: new Map(), placed: new Set(), writer, pending};
}

/** Sees to it that what has been placed is there. */
export function settle({writer, pending}: Pick<Site, 'writer' | 'pending'>): void {
	if (pending.size === 0) return;
	pending.clear();
	writer?.settle();
}

/**
 * Puts an entry where its path leads. What was there is replaced; a directory is kept and changed.
 */
export async function placeEntry(site: Site, entry: TocEntry, content: () => Bytes): Promise<void> {
	const {path} = entry;
	if (path === '' && entry.type !== 'directory') throw new Malformed('entry "./" is no directory');
	const place = path === '' ? '' : joinPath(site.root.makeDirectory(parentOf(path), path), nameOf(path));
	if (entry.type === 'directory') placeDirectory(site, place, entry);
	else if (entry.type === 'file') await placeFile(site, place, {entry, content});
	else if (entry.type === 'hardlink') placeHardlink(site, place, entry);
	else if (entry.type === 'symlink') placeSymlink(site, place, entry);
	else if (entry.type === 'fifo') placeFifo(site, place, entry);
	for (let at = place; at !== '' && !site.placed.has(at); at = parentOf(at)) site.placed.add(at);
}

/** Gives directories their mode and time, which what they hold would have changed, or been hindered by (SURFACE W-2). */
export function finishDirectories(site: Site): void {
	const {root, directories} = site;
	settle(site);
	// What lies deeper comes first: a parent's mode may forbid to reach it.
	for (const [place, entry] of [...directories].sort(([one], [other]) => compareBytes(other, one))) {
		chmodSync(root.native(place), entry.mode);
		lutimesSync(root.native(place), timeOf(entry), timeOf(entry));
	}
}

function placeDirectory(site: Site, place: string, entry: TocEntry): void {
	const {root, owners, directories} = site;
	const native = root.native(place);
	const found = root.stat(place);
	// Who is not root may have forbidden himself to write into it.
	if (found?.isDirectory()) {
		if (owners === 'single') chmodSync(native, 0o700);
	} else {
		if (found) clear(site, place);
		mkdirSync(native, 0o700);
		// The layer removes this path of lower layers, and makes it anew.
		if (found?.isCharacterDevice()) hideLower(root, place);
	}
	root.implicit.delete(place);
	directories.set(place, entry);
	giveOwner(entry, owners, (uid, gid) => lchownSync(native, uid, gid));
	giveXattrs(entry, owners, native);
}

interface FileToPlace {
	readonly entry: TocEntry;
	readonly content: () => Bytes;
}

async function placeFile(site: Site, place: string, file: FileToPlace): Promise<void> {
	const {entry, content} = file;
	const {writer, owners, root} = site;
	const isFree = !site.placed.has(place) && !root.implicit.has(place);
	if (writer && isFree && entry.size <= largestFile) return handOver(site, place, {...file, writer});
	const fd = create(site, place, createFile);
	try {
		for await (const chunk of content()) writeAll(fd, chunk);
		dressFile(fd, root.native(place), {entry, owners});
	} finally {
		closeSync(fd);
	}
}

async function handOver(
	{root, pending}: Site,
	place: string,
	{entry, content, writer}: FileToPlace & {readonly writer: FileWriter},
): Promise<void> {
	const room = writer.room(entry.size);
	let at = 0;
	for await (const chunk of content()) {
		room.set(chunk, at);
		at += chunk.length;
	}
	writer.add(root.native(place), entry);
	pending.add(place);
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
	giveOwner(entry, site.owners, (uid, gid) => lchownSync(native, uid, gid));
	lutimesSync(native, timeOf(entry), timeOf(entry));
}

function placeFifo(site: Site, place: string, entry: TocEntry): void {
	const native = site.root.native(place);
	create(site, place, () => mknod(native, {type: 'fifo', mode: 0o600}));
	giveOwner(entry, site.owners, (uid, gid) => lchownSync(native, uid, gid));
	chmodSync(native, entry.mode);
	lutimesSync(native, timeOf(entry), timeOf(entry));
}

/** Calls `make`, a second time if something was in its way. */
function create<T>(site: Site, place: string, make: (native: NativePath) => T): T {
	if (site.pending.has(place)) settle(site);
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
