import {chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {lockedFlags} from '../linux/locked-flags.ts';
import {findUser, type UserIds} from '../oci/passwd.ts';
import {bundleConfig, configText} from '../runtime/bundle.ts';
import type {RunJob} from '../runtime/job.ts';
import {bundleFiles} from '../runtime/mounts.ts';
import type {RunHooks, Runtime} from '../runtime/runtime.ts';
import type {Frozen, Snapshot, Snapshotter} from '../snapshot/snapshot.ts';
import type {Store} from '../store/store.ts';
import {makeInRoot, readInRoot, resolveInRoot, statInside} from './in-root.ts';
import {checkMapped} from './mapped-ids.ts';
import {makeMountPoints, mountPoints, usualPoints} from './mount-points.ts';
import type {MountSource} from './mount-source.ts';
import {openSources} from './open-sources.ts';
import type {RunningJob} from './peek.ts';
import {findProgram} from './program.ts';
import {withOneId} from './single-id.ts';
import {checkView} from './view.ts';

/** What running needs of the worker. */
export interface Services {
	readonly snapshotter: Snapshotter;
	readonly runtime: Runtime;
	/** Where unfinished things lie. */
	readonly scratch: string;
	/** A folder in memory, for what must be on no disk: secrets, and the notes that name them. */
	readonly memory: string;
	readonly store: Pick<Store, 'root' | 'lock'>;
	readonly ids: number;
	/** By the id of the job. */
	readonly running: Map<string, RunningJob>;
}

/** What passes between a job's program and the outside. */
export type RunEvents = Omit<RunHooks, 'signal'> & {readonly signal: AbortSignal};

export interface Finished {
	readonly status: number | NodeJS.Signals;
	/** Present when it is kept. */
	readonly frozen?: Frozen;
}

/** A job, what it runs on, and what its binds show. */
export interface Assignment {
	readonly job: RunJob;
	readonly parent: Snapshot;
	readonly sources: readonly MountSource[];
	readonly keep: 'success' | 'always' | 'never';
}

/** Runs a job on a snapshot to its end. Of one that is aborted, or that `keep` does not mean, nothing is kept. */
export async function runJob(
	{job: given, parent, sources, keep}: Assignment,
	{services, events}: {services: Services; events: RunEvents},
): Promise<Finished> {
	await using open = await openSources(given, sources, services);
	const {job} = open;
	const folder = join(services.scratch, job.id);
	const bundle = join(services.memory, job.id);
	using _ = {[Symbol.dispose]: () => rmSync(bundle, {recursive: true, force: true})};
	await using active = await services.snapshotter.activate(parent, {folder, stubs: mountPoints(job)});
	const {rootfs} = active;
	const user = userOf(job, rootfs, services.ids);
	const placed = checkView(rootfs, job, open.own);
	makeInRoot(rootfs, job.cwd, user);
	findProgram(job, rootfs);
	const made = makeMountPoints(rootfs, [...usualPoints, ...placed.filter(({within}) => within === rootfs)]);
	for (const point of placed) if (open.own.has(point.within)) makeMountPoints(point.within, [point]);
	const modes = withModes(job, rootfs);
	writeBundle(services.ids === 1 ? withOneId(modes) : modes, user, {
		bundle,
		rootfs,
		singleID: services.ids === 1,
	});
	services.running.set(job.id, {pidFile: join(bundle, 'pid'), stubs: made.paths, changes: () => active.changes()});
	const running = services.runtime.run(bundle, job.id, events);
	const {status} = await running.finally(() => services.running.delete(job.id));
	const restored = made.remove();
	events.signal.throwIfAborted();
	const isKept = keep === 'always' || (keep === 'success' && status === 0);
	return isKept ? {status, frozen: await active.commit(restored)} : {status};
}

/** A tmpfs has the mode of the folder that it covers, as runc gives it by itself and crun does not. */
function withModes(job: RunJob, rootfs: string): RunJob {
	const mounts = job.mounts.map(mount => {
		if (mount.type !== 'tmpfs') return mount;
		const stat = statInside(rootfs, resolveInRoot(rootfs, mount.target));
		return stat ? {...mount, mode: stat.mode & 0o7777} : mount;
	});
	return {...job, mounts};
}

/** Whom USER means in this root filesystem. */
function userOf(job: RunJob, rootfs: string, ids: number): UserIds {
	const user = findUser(job.user, readInRoot(rootfs, '/etc/passwd'), readInRoot(rootfs, '/etc/group'));
	if (ids === 1) return {...user, uid: 0, gid: 0, groups: []};
	checkMapped([user.uid, user.gid, ...user.groups], ids, 'RUN cannot run as');
	return user;
}

interface Place {
	readonly bundle: string;
	readonly rootfs: string;
	readonly singleID: boolean;
}

function writeBundle(job: RunJob, user: UserIds, {bundle, rootfs, singleID}: Place): void {
	for (const {path, data, mode} of bundleFiles(job, {resolvConf: hostResolvConf()})) {
		const at = join(bundle, path);
		mkdirSync(dirname(at), {recursive: true});
		writeFileSync(at, data);
		chmodSync(at, mode);
	}
	const config = bundleConfig(job, user, rootfs, {singleID, locked: source => lockedFlags(resolve(bundle, source))});
	writeFileSync(join(bundle, 'config.json'), configText(config), {mode: 0o600});
}

/** The network is the host's, so its resolvers can be reached, those on loopback too. */
function hostResolvConf(): string {
	try {
		return readFileSync('/etc/resolv.conf', 'utf8');
	} catch {
		return '';
	}
}
