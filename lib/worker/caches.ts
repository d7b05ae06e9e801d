import {execFile} from 'node:child_process';
import {chmodSync, chownSync, existsSync, fstatSync, mkdirSync, renameSync, utimesSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {promisify} from 'node:util';
import {StepError} from '../errors.ts';
import {cachePlace, cachePlaceLock} from '../store/caches.ts';
import type {Store} from '../store/store.ts';
import {bindInRoot, type Found, open} from './bind-in-root.ts';
import type {CacheSource, Owner} from './mount-source.ts';

const run = promisify(execFile);

/** What showing a cache needs. */
export interface CachePlace {
	readonly store: Pick<Store, 'root' | 'lock'>;
	/** Where it is shown: a new path. */
	readonly place: string;
	/** A new path on the store's filesystem. */
	readonly draft: string;
	readonly ids: number;
	/** The root of the files that a new one begins with. */
	readonly seed: string | undefined;
}

/**
 * Shows a cache at a place until disposed of. One that is not there is made: with its owner and mode, or as its seed is (SURFACE RUN-3).
 * Nobody puts it away meanwhile, and later it stays what was shown.
 */
export async function bindCache(source: CacheSource, place: CachePlace): Promise<Disposable> {
	const {root, lock} = place.store;
	const outer = cachePlace(root, source.name);
	const files = join(outer, 'files');
	await using _ = await lock(cachePlaceLock(source.name));
	if (!existsSync(files)) await make(files, source, place);
	const now = new Date();
	utimesSync(outer, now, now);
	return bindInRoot(files, source.path, place.place);
}

async function make(files: string, {owner, seed}: CacheSource, place: CachePlace): Promise<void> {
	mkdirSync(place.draft, {mode: 0o755});
	if (place.seed !== undefined && seed) {
		using found = openFolder(place.seed, seed.path);
		await run('cp', ['-a', '--reflink=auto', `${found.name}/.`, place.draft]);
	}
	dress(place.draft, owner, place.ids);
	mkdirSync(dirname(files), {recursive: true});
	renameSync(place.draft, files);
}

function openFolder(root: string, path: string): Found {
	const found = open(root, path);
	if (fstatSync(found.fd).isDirectory()) return found;
	found[Symbol.dispose]();
	throw new StepError('MOUNT_SOURCE', `RUN: --mount: a cache cannot begin as ${path}, which is no directory`, {
		help: ['name a directory by source='],
	});
}

/** Owner first: it takes setuid bits away. The one id there is owns all. */
function dress(path: string, {uid, gid, mode}: Owner, ids: number): void {
	if (ids > 1 && (uid !== undefined || gid !== undefined)) chownSync(path, uid ?? -1, gid ?? -1);
	if (mode !== undefined) chmodSync(path, mode);
}
