import {type Dirent, lstatSync, readdirSync} from 'node:fs';
import {basename, join} from 'node:path';
import {bootID, type Place, placesKind} from '../snapshot/places.ts';
import {cacheFolders, cachePlace} from '../store/caches.ts';
import type {Store} from '../store/store.ts';
import {lastUse, readQuietly} from './quiet-read.ts';
import type {Folder, Holder} from './survey.ts';

/** Unpacked layers that the next RUN can stand on. */
export function snapshotHolders(store: Store): readonly Holder[] {
	return livePlaces(store).map(({record, folder}) => ({
		what: 'snapshots',
		lastUsed: lastUse(record),
		files: [record],
		folder: {path: folder, size: sizeOnDisk(folder)},
	}));
}

/** What RUN --mount=type=cache kept. */
export function cacheHolders(root: string): readonly Holder[] {
	return cacheFolders(root)
		.filter(({isAway}) => !isAway)
		.map(({name}) => cachePlace(root, name))
		.map(path => ({
			what: 'cache mounts',
			lastUsed: Math.floor(lstatSync(path).mtimeMs),
			files: [],
			folder: {path, size: sizeOnDisk(path)},
		}));
}

/** The logs of each build. */
export function logHolders(root: string): readonly Holder[] {
	return foldersIn(join(root, 'logs')).map(path => ({
		what: 'logs',
		lastUsed: Math.floor(lstatSync(path).mtimeMs),
		files: [],
		folder: {path, size: sizeOnDisk(path)},
	}));
}

/** What lies in ROOT/tmp of processes that are dead, snapshots that no record of this boot names, caches put away, and records of contexts that are forgotten. */
export function leftoverFolders(store: Store, alone: boolean): readonly Folder[] {
	const unfinished = entriesOf(join(store.root, 'tmp'))
		.filter(({name}) => alone || !isAlive(Number.parseInt(name, 10)))
		.map(({name}) => join(store.root, 'tmp', name));
	const named = new Set(livePlaces(store).map(({folder}) => folder));
	const orphans = foldersIn(join(store.root, 'snapshots')).filter(folder => !named.has(folder));
	const away = cacheFolders(store.root)
		.filter(({isAway}) => isAway)
		.map(({name}) => cachePlace(store.root, name));
	return [...unfinished, ...orphans, ...away, ...staleRecords(store)].map(path => ({path, size: sizeOnDisk(path)}));
}

const month = 30 * 24 * 60 * 60 * 1000;

/** What was known of the files of a build context, and of what a COPY chose among files, that nobody asked for in a month: each state that was seen leaves one. */
function staleRecords(store: Store): readonly string[] {
	const paths = ['contexts', 'memo'].flatMap(kind => {
		const records = store.records(kind);
		return records.keys().map(key => records.pathOf(key));
	});
	return paths.filter(path => lastUse(path) < Date.now() - month);
}

function livePlaces(store: Store): readonly {readonly record: string; readonly folder: string}[] {
	const boot = bootID();
	const records = store.records<Place>(placesKind);
	return records.keys().flatMap(key => {
		const record = records.pathOf(key);
		const place = readQuietly<Place>(record);
		return place?.boot === boot ? [{record, folder: join(store.root, 'snapshots', basename(place.folder))}] : [];
	});
}

/** A signal 0 asks only; EPERM says that there is such a process, of another user. */
function isAlive(pid: number): boolean {
	if (!(pid > 0)) return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

function foldersIn(folder: string): readonly string[] {
	return entriesOf(folder)
		.filter(entry => entry.isDirectory())
		.map(({name}) => join(folder, name));
}

/** Bytes that a file or a folder takes on the disk; a file of several names counts once. What may not be read is left out. */
function sizeOnDisk(path: string, seen = new Set<number>()): number {
	const stats = lstatSync(path, {throwIfNoEntry: false});
	if (!stats || seen.has(stats.ino)) return 0;
	if (stats.nlink > 1 && !stats.isDirectory()) seen.add(stats.ino);
	const children = stats.isDirectory() ? entriesOf(path) : [];
	return children.reduce((sum, {name}) => sum + sizeOnDisk(join(path, name), seen), stats.blocks * 512);
}

function entriesOf(folder: string): readonly Dirent[] {
	try {
		return readdirSync(folder, {withFileTypes: true});
	} catch (error) {
		const {code = ''} = error as NodeJS.ErrnoException;
		if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(code)) return [];
		throw error;
	}
}
