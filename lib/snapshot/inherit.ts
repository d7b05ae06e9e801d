import {chmodSync, chownSync, lstatSync, type Stats} from 'node:fs';
import {dirname, join} from 'node:path';
import {setTimes} from '../linux/times.ts';
import {getXattr, imageXattrs, setXattr} from '../linux/xattr.ts';

/**
 * Gives directories of `folder` the mode, owner, times and attributes that they have in the layers below (the
 * highest first): in an overlay a directory looks as the highest layer has it, and this one says nothing about them.
 */
export function inheritDirectories(folder: string, paths: readonly string[], below: readonly string[]): void {
	for (const path of paths) {
		const lower = findDirectory(path, below);
		if (lower !== undefined) copyDirectory(lower, join(folder, path));
	}
}

/** Mode, owner, times and attributes of one directory for another. */
export function copyDirectory(from: string, to: string): void {
	const stat = lstatSync(from, {bigint: true});
	for (const [name, value] of Object.entries(imageXattrs(from) ?? {})) setXattr(to, name, Buffer.from(value, 'base64'));
	chownSync(to, Number(stat.uid), Number(stat.gid));
	chmodSync(to, Number(stat.mode) & 0o7777);
	setTimes(to, stat);
}

/** Where the stack below shows `path` as a directory; undefined where it shows none, or hides it. */
function findDirectory(path: string, below: readonly string[]): string | undefined {
	for (const folder of below) {
		const stat = statOf(join(folder, path));
		if (stat) return stat.isDirectory() ? join(folder, path) : undefined;
		if (hidesBelow(folder, path)) return undefined;
	}
	return undefined;
}

/** Whether a parent of `path` is opaque in this layer, or no directory: then nothing below this layer is seen. */
function hidesBelow(folder: string, path: string): boolean {
	for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
		const stat = statOf(join(folder, parent));
		if (stat && (!stat.isDirectory() || getXattr(join(folder, parent), 'user.overlay.opaque'))) return true;
	}
	return false;
}

function statOf(path: string): Stats | undefined {
	return lstatSync(path, {throwIfNoEntry: false});
}
