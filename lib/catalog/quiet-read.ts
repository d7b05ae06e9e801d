import {closeSync, constants, openSync, readFileSync, statSync} from 'node:fs';

/** When a record was last written or read, in milliseconds since the epoch: at least to the day (mount(8), relatime). */
export function lastUse(path: string): number {
	const stats = statSync(path, {throwIfNoEntry: false});
	return Math.floor(Math.max(stats?.mtimeMs ?? 0, stats?.atimeMs ?? 0));
}

/** A record, read without that counting as a use of it. undefined if it is gone or damaged. */
export function readQuietly<T>(path: string): T | undefined {
	try {
		return JSON.parse(readText(path)) as T;
	} catch (error) {
		if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
}

function readText(path: string): string {
	const descriptor = openQuietly(path);
	try {
		return readFileSync(descriptor, 'utf8');
	} finally {
		closeSync(descriptor);
	}
}

/** Only the owner of a file may ask for O_NOATIME: open(2). */
function openQuietly(path: string): number {
	try {
		return openSync(path, constants.O_RDONLY | constants.O_NOATIME);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
		return openSync(path, 'r');
	}
}
