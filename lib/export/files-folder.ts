import {chmodSync, existsSync, mkdirSync, realpathSync} from 'node:fs';
import {homedir} from 'node:os';
import {join, relative, resolve} from 'node:path';
import {stoppedBy} from '../bytes.ts';
import {UsageError} from '../errors.ts';
import {finishDirectories, openSite, placeEntry} from '../layer/place.ts';
import type {RootFolder} from '../layer/root-folder.ts';
import type {Store} from '../store/store.ts';
import {joinPath} from '../tree/paths.ts';
import type {TocEntry} from '../tree/toc.ts';
import {outputError} from './errors.ts';
import type {ExportedImage} from './image.ts';
import {filesOf, type PlatformFolder, platformFolders} from './platform-folders.ts';

/** What to do with what is in the folder and not in the image: let it stay, or delete it. */
export type FolderMode = 'copy' | 'delete';

export interface FolderOptions {
	readonly store: Store;
	/** Default `copy`. */
	readonly mode?: FolderMode;
	/** Paths that `delete` must not reach, besides the home, the store and where one stands: it is refused then. */
	readonly spare?: readonly string[];
	/** Whether each platform has a folder. Default: if there are several. */
	readonly split?: boolean | undefined;
	/** Stops it; what was written by then stays, and nothing is deleted. */
	readonly signal?: AbortSignal;
}

/** What came of it. */
export interface WrittenFiles {
	/** Bytes of the files. */
	readonly size: number;
	/** Device nodes, which are not made. */
	readonly skipped: readonly string[];
}

/**
 * Writes the files of an image into the folder `dest` (SURFACE OUT-4), which is made if it is not there. They belong to the caller, so
 * they get neither setuid bits nor capabilities; links stay links, and nothing outside is touched, whatever they say. A file that is
 * there gives way. For `split` see `platformFolders`.
 */
export async function exportFiles(
	dest: string,
	{descriptor}: Pick<ExportedImage, 'descriptor'>,
	{store, mode = 'copy', spare = [], split, signal}: FolderOptions,
): Promise<WrittenFiles> {
	if (mode === 'delete') refuseImportant(dest, [homedir(), process.cwd(), store.root, ...spare]);
	const folders = await platformFolders(descriptor, store.blobs, split);
	try {
		const written: WrittenFiles[] = [];
		for (const place of folders) written.push(await writeFiles(join(dest, place.folder), place, {store, mode, signal}));
		return {
			size: written.reduce((sum, {size}) => sum + size, 0),
			skipped: written.flatMap(({skipped}, at) => skipped.map(path => joinPath(folders[at]?.folder ?? '', path))),
		};
	} catch (error) {
		signal?.throwIfAborted();
		throw outputError(dest, error);
	}
}

interface Writing {
	readonly store: Store;
	readonly mode: FolderMode;
	readonly signal: AbortSignal | undefined;
}

async function writeFiles(
	folder: string,
	place: PlatformFolder,
	{store, mode, signal}: Writing,
): Promise<WrittenFiles> {
	mkdirSync(folder, {recursive: true});
	const site = openSite(folder, {owners: 'single'});
	const skipped: string[] = [];
	let size = 0;
	for await (const {entry, content} of filesOf(place, store, signal)) {
		signal?.throwIfAborted();
		if (entry.type === 'char' || entry.type === 'block') {
			skipped.push(entry.path);
			continue;
		}
		await placeEntry(site, ofCaller(entry), () => stoppedBy(signal, content()));
		size += entry.size;
	}
	if (mode === 'delete') deleteOthers(site.root, '', site.placed);
	finishDirectories(site);
	return {size, skipped};
}

/** What a file may do besides because of who owns it, it may not do for another owner. */
function ofCaller({xattrs = {}, ...entry}: TocEntry): TocEntry {
	const {'security.capability': _, ...kept} = xattrs;
	return {...entry, mode: entry.mode & 0o1777, xattrs: kept};
}

function deleteOthers(root: RootFolder, directory: string, placed: ReadonlySet<string>): void {
	for (const name of root.names(directory)) {
		const place = joinPath(directory, name);
		const isDirectory = root.stat(place)?.isDirectory();
		if (!placed.has(place)) deleteTree(root, place);
		else if (isDirectory) deleteOthers(root, place, placed);
	}
}

/** Who is not root may have to allow himself first. */
function deleteTree(root: RootFolder, place: string): void {
	const unlock = (path: string) => {
		if (!root.stat(path)?.isDirectory()) return;
		chmodSync(root.native(path), 0o700);
		for (const name of root.names(path)) unlock(joinPath(path, name));
	};
	unlock(place);
	root.remove(place);
}

/** Where mode=delete could only be a mistake. */
function refuseImportant(dest: string, important: readonly string[]): void {
	const folder = real(dest);
	const inside = important.map(real).find(path => !relative(folder, path).startsWith('..'));
	if (inside === undefined) return;
	throw new UsageError('OUTPUT_DELETES', `mode=delete would delete what is in ${folder}`, {
		notes: [`${inside} lies in it`],
		help: ['name a folder for the files alone: -o type=local,dest=DIR,mode=delete'],
	});
}

function real(path: string): string {
	return existsSync(path) ? realpathSync(path) : resolve(path);
}
