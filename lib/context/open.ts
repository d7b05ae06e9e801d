import {type BigIntStats, lstatSync, readdirSync, readlinkSync, realpathSync, statSync} from 'node:fs';
import {UsageError} from '../errors.ts';
import {deviceParts} from '../linux/mknod.ts';
import {imageXattrs} from '../linux/xattr.ts';
import type {Entry} from '../tree/entry.ts';
import {decodeName, nativePath} from '../tree/name.ts';
import {cleanPath, compareBytes, joinPath, parentOf} from '../tree/paths.ts';
import {compilePatterns} from '../tree/patterns.ts';
import type {Tree} from '../tree/tree.ts';
import {fileState} from './file-state.ts';
import type {IgnoreFile} from './ignore-file.ts';

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
	/** The state that a file of the tree was seen in, by the path in its content. */
	seen(file: string): string | undefined;
}

/**
 * Opens a folder as a tree. It is read when asked, each path once, and stays what it was then. Ids are 0:0, modes literal, times whole
 * seconds; a directory that is ignored is in it only for what is not ignored below (IGN-4). Sockets are empty files, as in BuildKit.
 */
export function openContext(folder: string, ignore?: IgnoreFile): ContextTree {
	const matcher = compilePatterns(ignore?.patterns ?? [], ignore?.name);
	const disk = folderReader(folder);

	function isVisible(path: string): boolean {
		if (path === '' || !matcher.judge(path).matched) return true;
		return matcher.mayDifferBelow(path) && disk.entry(path)?.type === 'directory' && list(path).length > 0;
	}

	function list(path: string): readonly string[] {
		return disk.names(path).filter(name => isVisible(joinPath(path, name)));
	}

	function isIgnored(named: string): IgnoredBy | undefined {
		const path = cleanPath(named);
		const {rule} = matcher.judge(path);
		if (!rule || !disk.entry(path) || isVisible(path)) return undefined;
		return {file: ignore?.name ?? '', line: rule.line ?? 0, pattern: rule.text};
	}

	return {
		stat: path => (isVisible(path) ? disk.entry(path) : undefined),
		list,
		isIgnored,
		seen: disk.seen,
	};
}

/** All of a folder, whatever is ignored. Nothing is ever looked up through a link. */
interface FolderReader {
	entry(path: string): Entry | undefined;
	names(path: string): readonly string[];
	seen(file: string): string | undefined;
}

function folderReader(named: string): FolderReader {
	const entries = new Map<string, Entry | undefined>([['', rootEntry(named)]]);
	// the user may name it by links: further down none is followed
	const folder = decodeName(realpathSync(nativePath(named), 'buffer'));
	const names = new Map<string, readonly string[]>();
	const states = new Map<string, string>();
	/** The first name seen of each file with several. */
	const inodes = new Map<string, string>();

	function entry(path: string): Entry | undefined {
		if (entries.has(path)) return entries.get(path);
		const found = entry(parentOf(path))?.type === 'directory' ? read(path) : undefined;
		entries.set(path, found);
		return found;
	}

	function read(path: string): Entry | undefined {
		const place = `${folder}/${path}`;
		const stat = statOf(place);
		if (!stat) return undefined;
		if (stat.isFile()) states.set(place, fileState(stat));
		const inode = stat.nlink > 1n && stat.isFile() ? `${stat.dev}:${stat.ino}` : undefined;
		const first = inode === undefined ? undefined : inodes.get(inode);
		if (inode !== undefined && first === undefined) inodes.set(inode, path);
		const read = entryOf(path, place, stat);
		return first === undefined ? read : {...read, linkname: first, content: {from: 'file', path: `${folder}/${first}`}};
	}

	function list(path: string): readonly string[] {
		let known = names.get(path);
		if (!known) {
			known = entry(path)?.type === 'directory' ? namesIn(joinPath(folder, path)) : [];
			names.set(path, known);
		}
		return known;
	}

	return {entry, names: list, seen: file => states.get(file)};
}

function rootEntry(folder: string): Entry {
	const stat = statSync(folder, {bigint: true, throwIfNoEntry: false});
	if (!stat) throw new UsageError('NO_CONTEXT', `there is no folder ${folder} to build from`);
	if (!stat.isDirectory()) throw new UsageError('NO_CONTEXT', `cannot build from ${folder}: it is no folder`);
	return entryOf('', folder, stat);
}

function entryOf(path: string, place: string, stat: BigIntStats): Entry {
	const mtime = Math.floor(Number(stat.mtimeNs / 1_000_000n) / 1000);
	const common = {path, mode: Number(stat.mode) & 0o7777, uid: 0, gid: 0, size: 0, mtime};
	if (stat.isSymbolicLink()) {
		return {...common, type: 'symlink', linkname: decodeName(readlinkSync(nativePath(place), 'buffer'))};
	}
	if (stat.isFIFO()) return {...common, type: 'fifo'};
	if (stat.isSocket()) return {...common, type: 'file', content: {from: 'bytes', data: new Uint8Array()}};
	if (stat.isCharacterDevice() || stat.isBlockDevice()) {
		return {...common, type: stat.isBlockDevice() ? 'block' : 'char', ...deviceParts(Number(stat.rdev))};
	}
	const xattrs = imageXattrs(nativePath(place));
	const marked = {...common, ...(xattrs && {xattrs})};
	if (stat.isDirectory()) return {...marked, type: 'directory'};
	return {...marked, type: 'file', size: Number(stat.size), content: {from: 'file', path: place}};
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
