import {StepError} from '../errors.ts';
import type {Owner} from '../oci/passwd.ts';
import type {Entry} from './entry.ts';
import {compareBytes, joinPath, nameOf, parentOf} from './paths.ts';
import {resolvePath, type Stat} from './resolve.ts';

/** Who owns the directories that have to be made, and when that is. */
export interface Making {
	readonly owner: Owner;
	readonly now: number;
}

/** A layer on its way: it can be asked like the tree it makes. */
export interface LayerDraft extends Stat {
	/** Follows the links of `path`, as if `below` were the root. The answer is a path of the whole tree. */
	resolve(path: string, below?: string): string;
	/** Makes the directory `path`, which is resolved, and those above it that are missing. */
	makeDirectory(path: string): void;
	/** Puts an entry, and makes the directories above it that are missing. Files of the same `inode` become links to the first of them. */
	put(entry: Entry, inode?: string): void;
	/** Puts one more name of a file that is there, in this layer or below it. */
	link(path: string, file: Entry): void;
	/** Everything put, and the directories above it as they are in the parent (LAY-5), in the order of a TOC. */
	entries(): Entry[];
}

/**
 * Begins a layer on `parent`. No entry of it can lie outside the root or beyond a link: an entry is put only where the directory
 * above it is one.
 */
export function draftLayer(parent: Stat, {owner, now}: Making): LayerDraft {
	const changed = new Map<string, Entry>();
	const inodes = new Map<string, string>();
	/** Directories of the parent that something else has replaced. */
	const gone = new Set<string>();

	function stat(path: string): Entry | undefined {
		const entry = changed.get(path);
		if (entry || gone.size === 0) return entry ?? parent.stat(path);
		for (let above = path; above !== ''; above = parentOf(above)) if (gone.has(above)) return undefined;
		return parent.stat(path);
	}

	function resolve(path: string, below = ''): string {
		const view = below === '' ? {stat} : {stat: (inside: string) => stat(joinPath(below, inside))};
		const resolved = resolvePath(view, path);
		if (typeof resolved !== 'string') throw new StepError('LINK_LOOP', resolved.error);
		return joinPath(below, resolved);
	}

	function makeDirectory(path: string): void {
		const existing = stat(path);
		if (path === '' || existing?.type === 'directory') return;
		if (existing) throw notDirectory(existing);
		put({path, type: 'directory', mode: 0o755, ...owner, size: 0, mtime: now});
	}

	function put(entry: Entry, inode?: string): void {
		const {path} = entry;
		makeDirectory(parentOf(path));
		if (nameOf(path).startsWith('.wh.')) throw whiteoutName(path);
		if (entry.type !== 'directory' && stat(path)?.type === 'directory') removeDirectory(path);
		changed.set(path, entry);
		if (inode === undefined) inodes.delete(path);
		else inodes.set(path, inode);
	}

	function link(path: string, file: Entry): void {
		const inode = inodes.get(file.path) ?? `link ${inodes.size} ${file.path}`;
		put(file, inode);
		put({...file, path}, inode);
	}

	function removeDirectory(path: string): void {
		gone.add(path);
		for (const other of changed.keys()) if (other.startsWith(`${path}/`)) changed.delete(other);
	}

	function entries(): Entry[] {
		for (const path of [...changed.keys()]) addParents(path);
		const sorted = [...changed.values()].sort((a, b) => compareBytes(a.path, b.path));
		return linkInodes(sorted, inodes).flatMap(entry => [entry, ...opaqueFor(entry)]);
	}

	function addParents(path: string): void {
		for (let above = parentOf(path); above !== '' && !changed.has(above); above = parentOf(above)) {
			const entry = parent.stat(above);
			if (entry) changed.set(above, entry);
		}
	}

	/** What the parent has in a directory that was replaced and made again must not show. */
	function opaqueFor({path, type}: Entry): Entry[] {
		if (type !== 'directory' || !gone.has(path)) return [];
		return [{path, type: 'opaque', mode: 0, uid: 0, gid: 0, size: 0, mtime: 0}];
	}

	return {stat, resolve, makeDirectory, put, link, entries};
}

/** Turns further names of an inode into hard links; the first in order has the content, so that it stands before them in the tar. */
function linkInodes(sorted: readonly Entry[], inodes: ReadonlyMap<string, string>): Entry[] {
	const first = new Map<string, string>();
	return sorted.map(entry => {
		const inode = inodes.get(entry.path);
		const linkname = inode === undefined ? undefined : first.get(inode);
		if (inode === undefined) return entry;
		if (linkname !== undefined) return hardLink(entry, linkname);
		first.set(inode, entry.path);
		return entry;
	});
}

function hardLink({path, mode, uid, gid, mtime}: Entry, linkname: string): Entry {
	return {path, type: 'hardlink', mode, uid, gid, size: 0, mtime, linkname};
}

function notDirectory({path, type, linkname}: Entry): StepError {
	const fact = type === 'symlink' ? `a link to ${linkname}` : 'no directory';
	return new StepError('NOT_A_DIRECTORY', `cannot write below /${path}: it is ${fact}`, {
		help: [`another destination, or remove that before: RUN rm /${path}`],
	});
}

/** https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts */
function whiteoutName(path: string): StepError {
	return new StepError('WHITEOUT_NAME', `cannot copy ${nameOf(path)} to /${path}`, {
		notes: ['in a layer, a name that begins with .wh. says that a file is deleted'],
		help: [`leave it out, by a line in .dockerignore: **/${nameOf(path)}`],
	});
}
