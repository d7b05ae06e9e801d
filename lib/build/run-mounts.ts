import type {Digest} from '../oci/digest.ts';
import type {Base, Mount, RunStep} from '../plan/plan.ts';
import type {JobMount} from '../runtime/job.ts';
import type {MountSource, SnapshotSource} from '../worker/mount-source.ts';
import type {Worker} from '../worker/worker.ts';
import {isDoneAnew} from './anew.ts';
import type {CacheMount} from './cache-mounts.ts';
import {type Chosen, chooseFiles} from './choose-files.ts';
import {openCopySource} from './copy-source.ts';
import type {Files} from './files.ts';
import type {KeyValue} from './key.ts';
import {wordMissingSource} from './missing-source.ts';
import {readSecret, secretAsText} from './secrets.ts';
import type {Stages} from './stage.ts';
import {layersAtHand} from './supply.ts';

/** The mounts of a RUN: as the cache sees them, and how they come to be. */
export interface RunMounts {
	/** Their definitions, and of binds what they show (SURFACE KEY-2); never a secret's value. */
	readonly fields: readonly KeyValue[];
	/** Finds, copies and locks what they show, until disposed of. */
	open(worker: Worker): Promise<OpenMounts>;
}

/** What a job needs for its mounts. */
export interface OpenMounts extends AsyncDisposable {
	readonly mounts: readonly JobMount[];
	readonly sources: readonly MountSource[];
	/** `NAME=value`: secrets, and where an agent would be. */
	readonly env: readonly string[];
	/** Values that no output may show. */
	readonly secrets: readonly Uint8Array[];
}

/** Looks up what the mounts of a RUN show. */
export async function runMounts(step: RunStep, stages: Stages): Promise<RunMounts> {
	const views = await Promise.all(step.mounts.map((mount, index) => viewOf(mount, index, {step, stages})));
	return {
		fields: step.mounts.map((mount, index) => fieldsOf(mount, views[index])),
		open: worker => open(step, views, {worker, stages}),
	};
}

/** Those of their fields, where they are known before anything is looked up; undefined if a mount shows files. */
export function knownMountFields({mounts}: RunStep): readonly KeyValue[] | undefined {
	return mounts.some(showsFiles) ? undefined : mounts.map(mount => fieldsOf(mount, undefined));
}

function showsFiles({type, from}: Mount): boolean {
	return type === 'bind' || (type === 'cache' && from !== undefined);
}

interface Place {
	readonly step: RunStep;
	readonly stages: Stages;
}

/** The files that a mount shows, or a new cache begins with. */
interface View {
	readonly digest: Digest;
	source(worker: Worker): Promise<Shown>;
}

type Shown = Pick<SnapshotSource, 'snapshot' | 'path'>;

async function viewOf(mount: Mount, index: number, {step, stages}: Place): Promise<View | undefined> {
	if (!showsFiles(mount)) return undefined;
	const {source: path = '/', from} = mount;
	const location = step.marks?.[index] ?? step.location;
	const source = await openCopySource(from, {...step, location}, stages);
	const {files} = source;
	if (files && path === '/') {
		return {digest: await files.fsid.promise, source: worker => ofStack(files, path, {worker, stages})};
	}
	const chosen = await chooseFiles({paths: [path], literal: true}, source, stages.builder).catch(async error => {
		throw await wordMissingSource(error, {instruction: 'RUN: --mount', paths: [path], location}, source);
	});
	return {
		digest: chosen.digest,
		source: worker => (files ? ofStack(files, path, {worker, stages}) : ofContext(chosen, worker)),
	};
}

async function ofStack(files: Files, path: string, {worker, stages}: Opening): Promise<Shown> {
	return {snapshot: files.snapshot ?? (await worker.prepare(await layersAtHand(files, stages.builder))), path};
}

/** A file lies in a folder of its own. */
async function ofContext(chosen: Chosen, worker: Worker): Promise<Shown> {
	const [source] = (await chosen.selection()).sources;
	const {kind, entries = []} = source ?? {};
	const snapshot = await worker.gather({digest: chosen.digest, entries});
	return {snapshot, path: kind === 'file' ? `/${entries[0]?.path ?? ''}` : '/'};
}

function fieldsOf({from, source, ...mount}: Mount, view: View | undefined): KeyValue {
	if (mount.type === 'bind') return {...mount, files: view?.digest};
	return {...mount, source, from: from && nameOf(from)};
}

function nameOf(base: Base): string {
	if (base.kind === 'stage') return base.stage;
	return 'name' in base ? base.name : base.kind;
}

interface Opening {
	readonly worker: Worker;
	readonly stages: Stages;
}

async function open(
	step: RunStep,
	views: readonly (View | undefined)[],
	{worker, stages}: Opening,
): Promise<OpenMounts> {
	const {caches: cacheMounts, mountCaches, signal, events, request} = stages.builder;
	const stage = stages.plan.stages.find(({steps}) => steps.includes(step));
	const shown = await Promise.all(views.map(view => view?.source(worker)));
	const caches = step.mounts.flatMap((mount, index): CacheMount[] => {
		const seed = views[index]?.digest;
		return mount.type === 'cache' ? [{mount, ...(seed === undefined ? {} : {seed})}] : [];
	});
	const anew = stage !== undefined && isDoneAnew(stage, request);
	const held = await cacheMounts.hold(caches, {
		worker,
		signal,
		anew,
		onWait: pid => events.emit({type: 'step.waiting', step: step.id, for: 'lock', ...(pid ? {pid} : {})}),
	});
	try {
		for (const name of new Set(held.names.values())) await mountCaches?.use(name, {worker, anew});
		const parts: Part[] = [];
		for (const [index, mount] of step.mounts.entries()) {
			const cache = held.names.get(mount);
			parts.push(await partOf(mount, {index, step, stages, shown: shown[index], cache}));
		}
		return {
			mounts: parts.flatMap(part => part.mount ?? []),
			sources: parts.flatMap(part => part.source ?? []),
			env: [...agentEnv(step), ...parts.flatMap(part => part.env ?? [])],
			secrets: parts.flatMap(part => part.secret ?? []),
			[Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
		};
	} catch (error) {
		await held[Symbol.asyncDispose]();
		throw error;
	}
}

/** What one mount adds to the job; nothing for a secret that was not given. */
interface Part {
	readonly mount?: JobMount;
	readonly source?: MountSource;
	readonly env?: string;
	readonly secret?: Uint8Array;
}

interface PartOf extends Place {
	readonly index: number;
	readonly shown: Shown | undefined;
	readonly cache: string | undefined;
}

async function partOf(mount: Mount, {index, step, stages, shown, cache}: PartOf): Promise<Part> {
	const at = mountPlace(index);
	const location = step.marks?.[index] ?? step.location;
	const {uid = 0, gid = 0, mode = 0} = mount;
	switch (mount.type) {
		case 'tmpfs':
			return {mount: jobMount(mount, index)};
		case 'bind':
			return shown ? {mount: jobMount(mount, index), source: {at, kind: 'snapshot', ...shown}} : {};
		case 'cache': {
			const path = shown ? '/' : (mount.source ?? '/');
			const owner = ownerOf(mount);
			const source = {at, kind: 'cache', name: cache ?? '', path, owner, ...(shown ? {seed: shown} : {})} as const;
			return {mount: jobMount(mount, index), source};
		}
		case 'secret': {
			const data = readSecret(mount, stages.builder.request.secrets, location);
			if (data === undefined) return {};
			const variable = mount.env === undefined ? {} : {env: `${mount.env}=${secretAsText(mount, data, location)}`};
			if (mount.target === undefined) return {...variable, secret: data};
			const source = {at, kind: 'secret', data, uid, gid, mode} as const;
			return {...variable, secret: data, mount: jobMount(mount, index), source};
		}
		case 'ssh': {
			const path = await stages.builder.agents.socket(mount, location);
			if (path === undefined) return {};
			const source = {at, kind: 'socket', path, uid, gid, mode} as const;
			return {mount: jobMount(mount, index), source};
		}
	}
}

/** As with BuildKit, the first mount of an agent says where it is, also if none was given; what the image says of it stays. */
function agentEnv({mounts, env}: RunStep): readonly string[] {
	const first = mounts.find(({type}) => type === 'ssh');
	const isSaid = env.some(variable => variable.startsWith('SSH_AUTH_SOCK='));
	return first && !isSaid ? [`SSH_AUTH_SOCK=${first.target}`] : [];
}

function ownerOf({uid, gid, mode}: Mount) {
	return {
		...(uid === undefined ? {} : {uid}),
		...(gid === undefined ? {} : {gid}),
		...(mode === undefined ? {} : {mode}),
	};
}

/** Where the source of a mount is to be, below the bundle. */
function mountPlace(index: number): string {
	return `mounts/${index}`;
}

/** A mount of a bundle. What it shows is another matter. */
export function jobMount({type, target = '', size, readOnly}: Mount, index: number): JobMount {
	if (type === 'tmpfs') return {type, target, readOnly, ...(size === undefined ? {} : {size})};
	return {type: 'bind', source: mountPlace(index), target, readOnly};
}
