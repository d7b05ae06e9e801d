import {constants, copyFileSync, linkSync, renameSync, rmSync, statSync} from 'node:fs';
import {basename, join} from 'node:path';

/**
 * Puts the blob at `source` into the layout at `dir` under its own name, without copying its bytes where the file
 * system allows it; does nothing if it is there. It appears whole or not at all.
 */
export function placeBlob(source: string, size: number, dir: string): void {
	const target = join(dir, 'blobs/sha256', basename(source));
	if (statSync(target, {throwIfNoEntry: false})?.size === size) return;
	const temporary = join(dir, `.${basename(source)}.${process.pid}`);
	try {
		rmSync(temporary, {force: true});
		duplicate(source, temporary);
		renameSync(temporary, target);
	} finally {
		rmSync(temporary, {force: true});
	}
}

/** A clone shares blocks until a side is written to. A hard link shares the file, which both sides hold read-only. */
function duplicate(source: string, target: string): void {
	for (const share of [clone, linkSync]) {
		try {
			share(source, target);
			return;
		} catch {
			// another file system, or one that cannot: the next way asks for less
			rmSync(target, {force: true});
		}
	}
	copyFileSync(source, target);
}

function clone(source: string, target: string): void {
	copyFileSync(source, target, constants.COPYFILE_FICLONE_FORCE);
}
