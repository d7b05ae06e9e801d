import {type BigIntStats, linkSync, lstatSync, mkdirSync, readdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {mknod} from '../linux/mknod.ts';
import {copyDirectory} from './inherit.ts';

/** What is known of each path of a tree: equal as long as nobody changed it. Sorted, parents first. */
export type TreeScan = ReadonlyMap<string, string>;

/**
 * A directory is what its own metadata say; anything else is its inode and change time, which no program can set
 * back (SURFACE LAY-9).
 */
export function scanTree(root: string): TreeScan {
	const found = new Map<string, string>([['', fingerprint(root)]]);
	const pending = [''];
	for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
		for (const name of readdirSync(join(root, folder)).sort()) {
			const path = join(folder, name);
			const print = fingerprint(join(root, path));
			found.set(path, print);
			if (print.startsWith('directory')) pending.push(path);
		}
	}
	return found;
}

function fingerprint(path: string): string {
	const stat: BigIntStats = lstatSync(path, {bigint: true});
	if (stat.isDirectory()) return `directory ${stat.mode} ${stat.uid} ${stat.gid} ${stat.mtimeNs}`;
	return `other ${stat.ino} ${stat.ctimeNs} ${stat.size}`;
}

/**
 * Makes `changes` what an overlay's upper folder would be: what of `root` differs from `before`, as hard links, in
 * directories like theirs, and a whiteout for all that is gone.
 */
export function collectChanges(root: string, before: TreeScan, changes: string): void {
	const now = scanTree(root);
	const changed = [...now].filter(([path, print]) => before.get(path) !== print).map(([path]) => path);
	const gone = [...before.keys()].filter(path => !now.has(path) && now.get(parentOf(path))?.startsWith('directory'));
	mkdirSync(changes);
	const made = new Set(['']);
	for (const path of [...changed, ...gone]) makeParents(changes, path, made);
	for (const path of changed) {
		if (now.get(path)?.startsWith('directory')) makeDirectory(changes, path, made);
		else linkSync(join(root, path), join(changes, path));
	}
	for (const path of gone) mknod(join(changes, path), {type: 'char', mode: 0});
	for (const path of [...made].sort().reverse()) copyDirectory(join(root, path), join(changes, path));
}

function makeParents(changes: string, path: string, made: Set<string>): void {
	const parent = parentOf(path);
	if (made.has(parent)) return;
	makeParents(changes, parent, made);
	makeDirectory(changes, parent, made);
}

function makeDirectory(changes: string, path: string, made: Set<string>): void {
	if (made.has(path)) return;
	mkdirSync(join(changes, path));
	made.add(path);
}

function parentOf(path: string): string {
	const parent = dirname(path);
	return parent === '.' ? '' : parent;
}
