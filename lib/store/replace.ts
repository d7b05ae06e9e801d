import {closeSync, fchmodSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeFileSync} from 'node:fs';

/** A file on its way: where it is made, where it goes, and what its mode is there. */
export interface Move {
	readonly temporary: string;
	readonly path: string;
	readonly mode: number;
}

/** Writes a file whole: a reader sees the old one or the new one, also after kill -9 or a power loss. */
export function replaceFile(content: Uint8Array | string, move: Move): void {
	written(content, move, () => renameSync(move.temporary, move.path));
}

/** Writes a file whole if there is none of that name; leaves the one that is there otherwise, also one made meanwhile. */
export function createFile(content: Uint8Array | string, move: Move): void {
	written(content, move, () => {
		try {
			linkSync(move.temporary, move.path);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		}
	});
}

/** Gives a finished file its mode, sees it safely on the disk, and puts it in its place. */
export function adoptFile({temporary, path, mode}: Move): void {
	const fd = openSync(temporary, 'r');
	try {
		fchmodSync(fd, mode);
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
	renameSync(temporary, path);
}

function written(content: Uint8Array | string, {temporary, mode}: Move, place: () => void): void {
	try {
		const fd = openSync(temporary, 'wx', mode);
		try {
			writeFileSync(fd, content);
			fchmodSync(fd, mode);
			fsyncSync(fd);
		} finally {
			closeSync(fd);
		}
		place();
	} finally {
		rmSync(temporary, {force: true});
	}
}
