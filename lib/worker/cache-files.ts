import {randomBytes} from 'node:crypto';
import {existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {applyLayer} from '../layer/apply.ts';
import {overlayChanges} from '../layer/overlay-changes.ts';
import type {PackedLayer} from '../layer/packed.ts';
import type {Packer} from '../layer/packer.ts';
import type {DiffID} from '../oci/digest.ts';
import {cachePlace, cachePlaceLock} from '../store/caches.ts';
import type {Store} from '../store/store.ts';
import type {Entry} from '../tree/entry.ts';

/** A cache mount whose files are to be packed. */
export interface PackingCache {
	readonly name: string;
	/** Paths that nothing has yet: of the layer's blob, and of its TOC. */
	readonly blob: string;
	readonly toc: string;
}

/** A cache mount that is to have the files of a layer. */
export interface FillingCache {
	readonly name: string;
	/** Path of the layer's blob. */
	readonly blob: string;
	readonly diffID: DiffID;
}

interface Place {
	readonly store: Pick<Store, 'root' | 'lock'>;
	/** A folder on the store's filesystem for what is unfinished. */
	readonly scratch: string;
	readonly packer: Packer;
	readonly ids: number;
}

/** The files of a cache mount as a layer, the folder itself included, since its owner and mode are a part of it. */
export async function packCache(
	{name, blob, toc}: PackingCache,
	{store, packer}: Place,
): Promise<PackedLayer | undefined> {
	const files = filesOf(store, name);
	if (!existsSync(files)) return undefined;
	const {mode, uid, gid, mtimeMs} = lstatSync(files);
	const own = {mode: mode & 0o7777, uid, gid, size: 0, mtime: Math.floor(mtimeMs / 1000)};
	const root: Entry = {path: '', type: 'directory', ...own};
	return packer.pack({source: {entries: [root, ...overlayChanges(files)]}, blob, toc});
}

/** Gives a cache mount the files of a layer, all at once. One that has files already keeps these. */
export async function fillCache({name, blob, diffID}: FillingCache, {store, scratch, ids}: Place): Promise<undefined> {
	const files = filesOf(store, name);
	const draft = join(scratch, `fill-${randomBytes(4).toString('hex')}`);
	await using _ = await store.lock(cachePlaceLock(name));
	if (existsSync(files) && readdirSync(files).length > 0) return;
	mkdirSync(draft, {mode: 0o755});
	try {
		await applyLayer(blob, draft, {diffID, whiteouts: 'delete', owners: ids === 1 ? 'single' : 'keep'});
		mkdirSync(dirname(files), {recursive: true});
		renameSync(draft, files);
	} finally {
		rmSync(draft, {recursive: true, force: true});
	}
}

function filesOf({root}: Pick<Store, 'root'>, name: string): string {
	return join(cachePlace(root, name), 'files');
}
