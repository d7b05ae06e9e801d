import {constants, copyFileSync, linkSync, renameSync, rmSync, statSync} from 'node:fs';
import {copyFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {temporaryIn} from './temporary.ts';

/**
 * Puts the blob at `source` into the layout at `dir` under its own name, without copying its bytes where the file
 * system allows it; does nothing if it is there. It appears whole or not at all.
 */
export async function placeBlob(source: string, size: number, dir: string): Promise<void> {
	const target = join(dir, 'blobs/sha256', basename(source));
	if (statSync(target, {throwIfNoEntry: false})?.size === size) return;
	const temporary = temporaryIn(dir);
	try {
		await duplicate(source, temporary);
		renameSync(temporary, target);
	} finally {
		rmSync(temporary, {force: true});
	}
}

/** A clone shares blocks until a side is written to. A hard link shares the file, which both sides hold read-only. */
async function duplicate(source: string, target: string): Promise<void> {
	for (const share of [clone, linkSync]) {
		try {
			share(source, target);
			return;
		} catch {
			// another file system, or one that cannot: the next way asks for less
			rmSync(target, {force: true});
		}
	}
	await copyFile(source, target);
}

function clone(source: string, target: string): void {
	copyFileSync(source, target, constants.COPYFILE_FICLONE_FORCE);
}
