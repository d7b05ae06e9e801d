import {chmodSync, chownSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {JobMount, RunJob} from '../runtime/job.ts';
import {forwardSocket} from './agent-socket.ts';
import {bindInRoot} from './bind-in-root.ts';
import {cacheFolder} from './caches.ts';
import {makeMountPoints, typeOf} from './mount-points.ts';
import type {CacheSource, MountSource, SecretSource, SnapshotSource} from './mount-source.ts';
import type {Services} from './run-job.ts';

/** The job whose binds have sources that can be mounted, as long as this is not disposed of. */
export interface OpenSources extends AsyncDisposable {
	readonly job: RunJob;
}

/**
 * Makes what the binds of a job show. Disposing takes all of it away again but what lies in caches, and must come before the folders
 * of the job are removed: what is still mounted there is not ours to remove.
 */
export async function openSources(
	job: RunJob,
	sources: readonly MountSource[],
	services: Services,
): Promise<OpenSources> {
	const opening: Opening = {
		services,
		folder: join(services.scratch, `${job.id}-mounts`),
		memory: join(services.memory, `${job.id}-mounts`),
		releases: [],
	};
	const close = async () => {
		for (const release of opening.releases.toReversed()) await release();
	};
	try {
		for (const folder of sources.length > 0 ? [opening.folder, opening.memory] : []) {
			mkdirSync(folder);
			opening.releases.push(() => rmSync(folder, {recursive: true}));
		}
		const shown = new Map<string, Shown>();
		for (const [index, source] of sources.entries()) shown.set(source.at, await show(source, `${index}`, opening));
		const mounts = job.mounts.map(mount => located(mount, shown));
		makeInnerPoints(job.mounts, mounts, shown);
		return {job: {...job, mounts}, [Symbol.asyncDispose]: close};
	} catch (error) {
		await close();
		throw error;
	}
}

interface Opening {
	readonly services: Services;
	/** On the store's filesystem, and in memory. */
	readonly folder: string;
	readonly memory: string;
	/** Undo what was done, the last first. */
	readonly releases: (() => unknown)[];
}

interface Shown {
	/** What to mount. */
	readonly path: string;
	/** Where it lies, if it is ours to make mount points in. */
	readonly tree?: {readonly root: string; readonly path: string};
}

async function show(source: MountSource, name: string, opening: Opening): Promise<Shown> {
	const place = join(opening.folder, name);
	const inMemory = join(opening.memory, name);
	switch (source.kind) {
		case 'snapshot': {
			const root = await activate(source, `${place}-files`, opening);
			bind(root, source.path, {place, opening});
			return {path: place, tree: {root, path: source.path}};
		}
		case 'cache':
			bind(await openCache(source, place, opening), source.path, {place, opening});
			return {path: place};
		case 'secret':
			writeSecret(source, inMemory, opening.services.ids);
			return {path: inMemory};
		case 'socket': {
			const socket = await forwardSocket(source, inMemory, opening.services.ids);
			opening.releases.push(() => socket[Symbol.asyncDispose]());
			return {path: inMemory};
		}
	}
}

/** A root filesystem of its own, whose changes nobody keeps. */
async function activate(
	{snapshot}: Pick<SnapshotSource, 'snapshot'>,
	folder: string,
	opening: Opening,
): Promise<string> {
	const active = await opening.services.snapshotter.activate(snapshot, {folder, stubs: []});
	opening.releases.push(() => active[Symbol.asyncDispose]());
	return active.rootfs;
}

async function openCache(source: CacheSource, place: string, opening: Opening): Promise<string> {
	const {store, ids} = opening.services;
	const seed = source.seed && (await activate(source.seed, `${place}-seed`, opening));
	return cacheFolder(source, {store, ids, draft: `${place}-draft`, seed});
}

function bind(root: string, path: string, {place, opening}: {place: string; opening: Opening}): void {
	const bound = bindInRoot(root, path, place);
	opening.releases.push(() => bound[Symbol.dispose]());
}

function writeSecret({data, uid, gid, mode}: SecretSource, path: string, ids: number): void {
	writeFileSync(path, data, {mode: 0o600, flag: 'wx'});
	if (ids > 1) chownSync(path, uid, gid);
	chmodSync(path, mode);
}

function located(mount: JobMount, shown: ReadonlyMap<string, Shown>): JobMount {
	const found = mount.type === 'bind' ? shown.get(mount.source) : undefined;
	return mount.type === 'bind' && found ? {...mount, source: found.path} : mount;
}

/** Mounts below a mount need a place in it, which nobody can make once it is read-only. */
function makeInnerPoints(
	given: readonly JobMount[],
	mounts: readonly JobMount[],
	shown: ReadonlyMap<string, Shown>,
): void {
	for (const outer of given) {
		const tree = outer.type === 'bind' ? shown.get(outer.source)?.tree : undefined;
		if (!tree) continue;
		const inner = mounts.filter(({target}) => target.startsWith(`${outer.target}/`));
		const points = inner.map(mount => ({
			path: `${tree.path}/${mount.target.slice(outer.target.length)}`,
			type: typeOf(mount),
		}));
		makeMountPoints(tree.root, points);
	}
}
