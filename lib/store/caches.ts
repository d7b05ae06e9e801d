import {randomBytes} from 'node:crypto';
import {readdirSync, renameSync, statSync} from 'node:fs';
import {join} from 'node:path';

/** Where the folder of a cache mount lies; its files are in `files` below, so that it stays ours whoever owns those. */
export function cachePlace(root: string, name: string): string {
	return join(root, 'caches', name);
}

/** Milliseconds since the epoch when a cache mount was last used; undefined if there is none. */
export function lastUseOfCache(root: string, name: string): number | undefined {
	const stats = statSync(cachePlace(root, name), {throwIfNoEntry: false});
	return stats && Math.floor(stats.mtimeMs);
}

/** The name of the lock that whoever uses the files of a cache mount has. */
export function cacheLock(name: string): string {
	return `cache ${name}`;
}

/** The name of the lock on which folder a cache mount has: for the moment in which it is made, shown or put away. */
export function cachePlaceLock(name: string): string {
	return `cache folder ${name}`;
}

/** The folders of cache mounts, and of those that were put away while a program still used them. */
export function cacheFolders(root: string): readonly {readonly name: string; readonly isAway: boolean}[] {
	return namesIn(join(root, 'caches')).map(name => ({name, isAway: name.includes('.')}));
}

/** Takes the folder of a cache mount away from its name, if there is one: who uses it keeps it, who comes next begins anew. Answers with where it is. */
export function putCacheAway(root: string, name: string): string | undefined {
	const away = cachePlace(root, `${name}.${randomBytes(4).toString('hex')}`);
	try {
		renameSync(cachePlace(root, name), away);
		return away;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
}

function namesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
}
