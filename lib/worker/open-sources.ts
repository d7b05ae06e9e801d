import {chmodSync, chownSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {JobMount, RunJob} from '../runtime/job.ts';
import {forwardSocket} from './agent-socket.ts';
import {bindInRoot} from './bind-in-root.ts';
import {bindCache} from './caches.ts';
import {checkMapped} from './mapped-ids.ts';
import type {CacheSource, MountSource, Owner, SecretSource, SnapshotSource} from './mount-source.ts';
import type {Services} from './run-job.ts';

/** The job whose binds have sources that can be mounted, as long as this is not disposed of. */
export interface OpenSources extends AsyncDisposable {
	readonly job: RunJob;
	/** Sources in which mount points can be made: nobody keeps what is made there. */
	readonly own: ReadonlySet<string>;
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
		for (const [index, source] of sources.entries()) {
			const isOnlyRead = onlyReads(job, source);
			shown.set(source.at, await show(source, {name: `${index}`, isOnlyRead}, opening));
		}
		return {
			job: {...job, mounts: job.mounts.map(mount => located(mount, shown))},
			own: new Set([...shown.values()].filter(({isOwn}) => isOwn).map(({path}) => path)),
			[Symbol.asyncDispose]: close,
		};
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

/** What a bind shows, for as long as its source is open. */
interface Shown {
	readonly path: string;
	/** Whether it goes with the job. */
	readonly isOwn: boolean;
}

/** Whether nothing will be written below a source: neither by a program, who may mount it anew if it has all rights, nor by us for a mount in it. */
function onlyReads({mounts, files, security}: RunJob, {at}: MountSource): boolean {
	const paths = [...mounts.map(({target}) => target), ...files.map(({path}) => path)];
	return (
		security === 'sandbox' &&
		mounts.every(mount => {
			if (mount.type !== 'bind' || mount.source !== at) return true;
			return mount.readOnly && !paths.some(path => path.startsWith(`${mount.target}/`));
		})
	);
}

interface Showing {
	readonly name: string;
	readonly isOnlyRead: boolean;
}

async function show(source: MountSource, {name, isOnlyRead}: Showing, opening: Opening): Promise<Shown> {
	const {services, releases} = opening;
	const place = join(opening.folder, name);
	const inMemory = join(opening.memory, name);
	switch (source.kind) {
		case 'snapshot': {
			const folder = isOnlyRead ? services.snapshotter.folderOf(source.snapshot) : undefined;
			const bound = bindInRoot(folder ?? (await activate(source, `${place}-files`, opening)), source.path, place);
			releases.push(() => bound[Symbol.dispose]());
			return {path: place, isOwn: folder === undefined};
		}
		case 'cache': {
			checkOwner(source.owner, services.ids);
			const bound = await openCache(source, place, opening);
			releases.push(() => bound[Symbol.dispose]());
			return {path: place, isOwn: false};
		}
		case 'secret':
			checkOwner(source, services.ids);
			writeSecret(source, inMemory, services.ids);
			return {path: inMemory, isOwn: true};
		case 'socket': {
			checkOwner(source, services.ids);
			const socket = await forwardSocket(source, inMemory, services.ids);
			releases.push(() => socket[Symbol.asyncDispose]());
			return {path: inMemory, isOwn: true};
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

async function openCache(source: CacheSource, place: string, opening: Opening): Promise<Disposable> {
	const {store, ids} = opening.services;
	const seed = source.seed && (await activate(source.seed, `${place}-seed`, opening));
	return bindCache(source, {store, ids, place, draft: `${place}-draft`, seed});
}

function checkOwner({uid = 0, gid = 0}: Owner, ids: number): void {
	checkMapped([uid, gid], ids, 'RUN: --mount: no file can be of');
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
