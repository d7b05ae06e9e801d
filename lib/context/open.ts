import {type BigIntStats, constants, lstatSync, readdirSync, readlinkSync, realpathSync, statSync} from 'node:fs';
import {UsageError} from '../errors.ts';
import {fileState} from '../linux/file-state.ts';
import {deviceParts} from '../linux/mknod.ts';
import {imageXattrs} from '../linux/xattr.ts';
import type {Entry} from '../tree/entry.ts';
import {decodeName, nativePath} from '../tree/name.ts';
import {cleanPath, compareBytes, joinPath, parentOf} from '../tree/paths.ts';
import {compilePatterns} from '../tree/patterns.ts';
import type {EntryType} from '../tree/toc.ts';
import type {Tree} from '../tree/tree.ts';
import type {IgnoreFile} from './ignore-file.ts';
import type {StatCache} from './stat-cache.ts';

/** The line that leaves a path out of the context. */
export interface IgnoredBy {
	readonly file: string;
	readonly line: number;
	readonly pattern: string;
}

/** A build context: a folder of this machine, as far as its ignore file lets see it. */
export interface ContextTree extends Tree {
	/** Why a path that exists is not in the tree; undefined if it is, or if there is no such path. */
	isIgnored(path: string): IgnoredBy | undefined;
	/** How a file of the tree was seen, by the path in its content. */
	seen(file: string): Look | undefined;
	/** What there is to see of a path without reading it. */
	look(path: string): Look | undefined;
}

/** What a file's status says. */
export interface Look {
	readonly type: EntryType | 'socket';
	readonly mode: number;
	readonly size: number;
	/** Whole seconds. */
	readonly mtime: number;
	readonly device: number;
	/** Of a file with several names. */
	readonly inode?: string;
	/** Its `fileState`. */
	readonly state: string;
	/** When its content was changed, and anything of it. */
	readonly mtimeNs: bigint;
	readonly ctimeNs: bigint;
}

/** How a folder is read. */
export interface Reading {
	/** Default `disk`. */
	readonly modes?: ContextMode;
	/** Asked for what need not be found out again. */
	readonly recall?: StatCache['recall'];
}

/** Where modes come from: the disk, or what git would keep of them, 0755 and 0644, whatever the umask of who cloned was. */
export type ContextMode = 'disk' | 'git';

/**
 * Opens a folder as a tree. It is read when asked, each path once, and stays what it was then. Ids are 0:0, times whole
 * seconds; a directory that is ignored is in it only for what is not ignored below (IGN-4). Sockets are empty files, as in BuildKit.
 */
export function openContext(folder: string, ignore?: IgnoreFile, reading: Reading = {}): ContextTree {
	const matcher = compilePatterns(ignore?.patterns ?? [], ignore?.name);
	const disk = folderReader(folder, reading);

	function isVisible(path: string): boolean {
		if (path === '' || !matcher.judge(path).matched) return true;
		return matcher.mayDifferBelow(path) && disk.look(path)?.type === 'directory' && list(path).length > 0;
	}

	function list(path: string): readonly string[] {
		return disk.names(path).filter(name => isVisible(joinPath(path, name)));
	}

	function isIgnored(named: string): IgnoredBy | undefined {
		const path = cleanPath(named);
		const {rule} = matcher.judge(path);
		if (!rule || !disk.look(path) || isVisible(path)) return undefined;
		return {file: ignore?.name ?? '', line: rule.line ?? 0, pattern: rule.text};
	}

	return {
		stat: path => (isVisible(path) ? disk.entry(path) : undefined),
		look: path => (isVisible(path) ? disk.look(path) : undefined),
		list,
		isIgnored,
		seen: disk.seen,
	};
}

/** All of a folder, whatever is ignored. Nothing is ever looked up through a link. */
interface FolderReader {
	look(path: string): Look | undefined;
	entry(path: string): Entry | undefined;
	names(path: string): readonly string[];
	seen(file: string): Look | undefined;
}

function folderReader(named: string, {modes = 'disk', recall}: Reading): FolderReader {
	const looks = new Map<string, Look | undefined>([['', lookAt(rootStat(named), modes)]]);
	// the user may name it by links: further down none is followed
	const folder = decodeName(realpathSync(nativePath(named), 'buffer'));
	const entries = new Map<string, Entry | undefined>();
	const names = new Map<string, readonly string[]>();
	/** The first name seen of each file with several. */
	const inodes = new Map<string, string>();

	function look(path: string): Look | undefined {
		if (looks.has(path)) return looks.get(path);
		const stat = look(parentOf(path))?.type === 'directory' ? statOf(placeOf(path)) : undefined;
		const found = stat && lookAt(stat, modes);
		looks.set(path, found);
		return found;
	}

	function entry(path: string): Entry | undefined {
		if (entries.has(path)) return entries.get(path);
		const found = look(path);
		const read = found && withFirst(entryOf(path, placeOf(path), found, recall), found);
		entries.set(path, read);
		return read;
	}

	/** A further name of a file has the content of the first. */
	function withFirst(entry: Entry, {inode}: Look): Entry {
		if (inode === undefined) return entry;
		const first = inodes.get(inode) ?? entry.path;
		inodes.set(inode, first);
		if (first === entry.path) return entry;
		const {digest: _, ...further} = entry;
		return {...further, linkname: first, content: {from: 'file', path: placeOf(first)}};
	}

	function list(path: string): readonly string[] {
		let known = names.get(path);
		if (!known) {
			known = look(path)?.type === 'directory' ? namesIn(placeOf(path)) : [];
			names.set(path, known);
		}
		return known;
	}

	const placeOf = (path: string) => joinPath(folder, path);
	const seen = (file: string) => looks.get(file.slice(folder.length + 1));
	return {look, entry, names: list, seen};
}

function rootStat(folder: string): BigIntStats {
	const stat = statSync(folder, {bigint: true, throwIfNoEntry: false});
	if (!stat) throw new UsageError('NO_CONTEXT', `there is no folder ${folder} to build from`);
	if (!stat.isDirectory()) throw new UsageError('NO_CONTEXT', `cannot build from ${folder}: it is no folder`);
	return stat;
}

function lookAt(stat: BigIntStats, modes: ContextMode): Look {
	const look = {
		type: typeOf(stat),
		mode: modes === 'git' ? gitMode(stat) : Number(stat.mode) & 0o7777,
		size: Number(stat.size),
		mtime: Math.floor(Number(stat.mtimeNs / 1_000_000n) / 1000),
		device: Number(stat.rdev),
		state: fileState(stat),
		mtimeNs: stat.mtimeNs,
		ctimeNs: stat.ctimeNs,
	};
	return stat.nlink > 1n && look.type === 'file' ? {...look, inode: `${stat.dev}:${stat.ino}`} : look;
}

const types = new Map<number, Look['type']>([
	[constants.S_IFREG, 'file'],
	[constants.S_IFDIR, 'directory'],
	[constants.S_IFLNK, 'symlink'],
	[constants.S_IFIFO, 'fifo'],
	[constants.S_IFSOCK, 'socket'],
	[constants.S_IFBLK, 'block'],
]);

function typeOf(stat: BigIntStats): Look['type'] {
	return types.get(Number(stat.mode) & constants.S_IFMT) ?? 'char';
}

function entryOf(path: string, place: string, look: Look, recall: Reading['recall']): Entry {
	const {type, mode, size, mtime, device, state} = look;
	const common = {path, mode, uid: 0, gid: 0, size: 0, mtime};
	switch (type) {
		case 'symlink':
			return {...common, type, linkname: decodeName(readlinkSync(nativePath(place), 'buffer'))};
		case 'socket':
			return {...common, type: 'file', content: {from: 'bytes', data: new Uint8Array()}};
		case 'char':
		case 'block':
			return {...common, type, ...deviceParts(device)};
		case 'fifo':
			return {...common, type};
		case 'file': {
			const known = recall?.(place, state);
			const xattrs = known ? known.xattrs : imageXattrs(nativePath(place));
			const content = known ? ({from: 'file', path: place, state} as const) : ({from: 'file', path: place} as const);
			const entry: Entry = {path, type, mode, uid: 0, gid: 0, size, mtime, content};
			const digested = known ? {...entry, digest: known.digest} : entry;
			return xattrs ? {...digested, xattrs} : digested;
		}
		default: {
			const xattrs = imageXattrs(nativePath(place));
			return {...common, type, ...(xattrs && {xattrs})};
		}
	}
}

/** git keeps whether the owner may execute a file, and nothing of folders and links: https://git-scm.com/docs/git-fast-import#_filemodify */
function gitMode(stat: BigIntStats): number {
	if (stat.isSymbolicLink()) return 0o777;
	return stat.isDirectory() || (stat.mode & 0o100n) !== 0n ? 0o755 : 0o644;
}

/** Undefined if there is nothing, as under a name that can be none. */
function statOf(place: string): BigIntStats | undefined {
	try {
		return lstatSync(nativePath(place), {bigint: true, throwIfNoEntry: false});
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') return undefined;
		throw unreadable(place, error);
	}
}

/** Read again as bytes only where a name seems to be no UTF-8. */
function namesIn(directory: string): readonly string[] {
	try {
		const native = nativePath(directory);
		const names = readdirSync(native, 'utf8');
		const isPlain = names.every(name => !name.includes('\ufffd'));
		return (isPlain ? names : readdirSync(native, 'buffer').map(decodeName)).sort(compareBytes);
	} catch (error) {
		throw unreadable(directory, error);
	}
}

function unreadable(path: string, error: unknown): UsageError {
	return new UsageError('CONTEXT', `cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`, {
		cause: error,
		help: ['leave it out of the context, by a line in .dockerignore'],
	});
}
