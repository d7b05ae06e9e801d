import {execFile} from 'node:child_process';
import {chmodSync, chownSync, existsSync, mkdirSync, renameSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {promisify} from 'node:util';
import type {Store} from '../store/store.ts';
import {open} from './bind-in-root.ts';
import type {CacheSource, Owner} from './mount-source.ts';

const run = promisify(execFile);

/** What making a folder of a cache needs. */
export interface CachePlace {
	readonly store: Pick<Store, 'root' | 'lock'>;
	/** A new path on the store's filesystem. */
	readonly draft: string;
	readonly ids: number;
	/** The root of the files that a new one begins with. */
	readonly seed: string | undefined;
}

/** The folder of a cache mount, made now if there is none: with its owner and mode, or as its seed is (SURFACE RUN-3). */
export async function cacheFolder({name, owner, seed}: CacheSource, place: CachePlace): Promise<string> {
	const folder = join(place.store.root, 'caches', name, 'files');
	await using _ = await place.store.lock(`cache folder ${name}`);
	if (existsSync(folder)) return folder;
	mkdirSync(place.draft, {mode: 0o755});
	if (place.seed !== undefined && seed) {
		using found = open(place.seed, seed.path);
		await run('cp', ['-a', '--reflink=auto', `${found.name}/.`, place.draft]);
	}
	dress(place.draft, owner, place.ids);
	mkdirSync(dirname(folder), {recursive: true});
	renameSync(place.draft, folder);
	return folder;
}

/** Owner first: it takes setuid bits away. The one id there is owns all. */
function dress(path: string, {uid, gid, mode}: Owner, ids: number): void {
	if (ids > 1 && (uid !== undefined || gid !== undefined)) chownSync(path, uid ?? 0, gid ?? 0);
	if (mode !== undefined) chmodSync(path, mode);
}
