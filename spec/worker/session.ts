import {existsSync, readdirSync, readFileSync, rmSync, statSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {packLayer} from '../../lib/layer/pack.ts';
import {hexOf} from '../../lib/oci/digest.ts';
import type {Layer} from '../../lib/oci/image.ts';
import type {ResourceLimit, RunJob} from '../../lib/runtime/job.ts';
import type {Snapshot} from '../../lib/snapshot/snapshot.ts';
import {openStore} from '../../lib/store/open.ts';
import type {Store} from '../../lib/store/store.ts';
import type {Entry} from '../../lib/tree/entry.ts';
import {mergeTocs} from '../../lib/tree/merge.ts';
import type {Toc} from '../../lib/tree/toc.ts';
import type {CacheSource, MountSource, SecretSource, SocketSource} from '../../lib/worker/mount-source.ts';
import {startWorker} from '../../lib/worker/start.ts';
import type {Worker, WorkerFacts} from '../../lib/worker/worker.ts';
import {directory, file, special} from '../helpers/layer.ts';

/** What a session is to do: a process of its own, so that it can be another user's, and be killed. */
export interface Order {
	readonly root: string;
	readonly runtime: 'crun' | 'runc';
	readonly jobs: readonly Partial<JobOrder>[];
}

export interface JobOrder extends RunJob {
	/** For `/bin/sh -c`, in place of `argv`. */
	readonly script: string;
	/** What the base has besides busybox. */
	readonly base: readonly Entry[];
	/** Run on what the job before left, not on the base. */
	readonly after: boolean;
	/** Abort at the first output. */
	readonly abort: boolean;
	/** What binds show whose source is the `at` of one of these. */
	readonly sources: readonly OrderedSource[];
}

/** A source with its files in place of the snapshot that has them, and a text in place of bytes. */
export type OrderedSource = {readonly at: string} & (
	| {readonly kind: 'files'; readonly files: readonly Entry[]; readonly path: string}
	| (Omit<CacheSource, 'seed'> & {readonly seed?: {readonly files: readonly Entry[]; readonly path: string}})
	| (Omit<SecretSource, 'data'> & {readonly text: string})
	| SocketSource
);

export interface Told {
	readonly facts: WorkerFacts;
	readonly jobs: readonly ToldJob[];
	/** What lies in ROOT/tmp at the end. */
	readonly left: readonly string[];
}

export interface ToldJob {
	readonly status?: number | NodeJS.Signals;
	/** The end of what came out, both streams as they came. */
	readonly output: string;
	readonly outputLength: number;
	readonly logLength: number;
	/** The layer's paths, `path type mode uid:gid`. */
	readonly layer?: readonly string[];
	/** The paths that the stack shows after the job below the folders of the base. */
	readonly paths?: readonly string[];
	/** Whether `prepare` of the new stack is what the run left. */
	readonly isRemembered?: boolean;
	readonly error?: {readonly name: string; readonly message: string; readonly code?: string};
}

/** Files of busybox and of users, in each base. */
const system: readonly Entry[] = [
	directory('bin'),
	{...file('bin/busybox', '', {mode: 0o755}), ...busybox()},
	...[
		'sh',
		'cat',
		'echo',
		'head',
		'id',
		'ls',
		'ln',
		'mkdir',
		'rm',
		'sleep',
		'yes',
		'chown',
		'hostname',
		'env',
		'grep',
		'touch',
		'mv',
		'chmod',
		'readlink',
		'mount',
		'umount',
		'stat',
		'tr',
		'nc',
		'sort',
		'find',
	].map(name => special(`bin/${name}`, 'symlink', {linkname: 'busybox'})),
];

function busybox(): Pick<Entry, 'size' | 'content'> {
	const path = '/bin/busybox';
	return {size: statSync(path).size, content: {from: 'file', path}};
}

async function session({root, runtime, jobs}: Order): Promise<Told> {
	await using store = await openStore(root);
	let facts: WorkerFacts;
	const told: ToldJob[] = [];
	{
		await using worker = await startWorker({root, runtime});
		facts = worker.facts;
		const state: State = {store, worker, layers: [], snapshot: {folders: []}};
		for (const [index, job] of jobs.entries()) told.push(await perform(state, {...job, id: `j${index}`}));
	}
	return {facts, jobs: told, left: readdirSync(join(root, 'tmp'))};
}

interface State {
	readonly store: Store;
	readonly worker: Worker;
	layers: readonly Layer[];
	snapshot: Snapshot;
}

async function perform(state: State, job: Partial<JobOrder> & {readonly id: string}): Promise<ToldJob> {
	const {store, worker} = state;
	if (!job.after) {
		state.layers = [await packBase(store, [...system, ...(job.base ?? [])])];
		state.snapshot = await worker.prepare(state.layers);
	}
	const logFile = join(store.root, 'logs', job.id);
	const abort = new AbortController();
	const heard: Buffer[] = [];
	let outputLength = 0;
	const onOutput = ({data}: {data: Uint8Array}) => {
		if (outputLength === 0) writeSync(2, 'output\n');
		outputLength += data.length;
		if (outputLength < 1_000_000) heard.push(Buffer.from(data));
		if (job.abort) abort.abort(new Error('aborted by the spec'));
	};
	const heardOf = () => ({
		output: Buffer.concat(heard).toString(),
		outputLength,
		logLength: existsSync(logFile) ? statSync(logFile).size : 0,
	});
	try {
		const sources = await Promise.all((job.sources ?? []).map(source => sourceOf(source, state)));
		const secrets = sources.flatMap(source => (source.kind === 'secret' ? [source.data] : []));
		const options = {
			layers: state.layers,
			output: {logFile},
			onOutput,
			onPacking: () => {},
			signal: abort.signal,
			sources,
			secrets,
		};
		const outcome = await worker.run(jobOf(job), state.snapshot, options);
		if (!outcome.snapshot || !outcome.layer) return {...heardOf(), status: outcome.status};
		const packed = await outcome.layer;
		state.layers = [...state.layers, packed.layer];
		state.snapshot = outcome.snapshot;
		const again = await worker.prepare(state.layers);
		return {
			...heardOf(),
			status: outcome.status,
			layer: tocOf(store, packed.layer).map(
				({path, type, mode, uid, gid}) => `${path} ${type} ${mode.toString(8)} ${uid}:${gid}`,
			),
			paths: pathsOf(store, state.layers),
			isRemembered: JSON.stringify(again) === JSON.stringify(outcome.snapshot),
		};
	} catch (error) {
		const {name, message, code} = error as NodeJS.ErrnoException;
		return {...heardOf(), error: {name, message, ...(code ? {code} : {})}};
	}
}

function jobOf({
	script = 'true',
	base: _,
	after: _after,
	abort: _abort,
	sources: _sources,
	limits,
	...rest
}: Partial<JobOrder> & {id: string}): RunJob {
	return {
		argv: ['/bin/sh', '-c', script],
		env: ['PATH=/bin'],
		cwd: '/',
		user: '',
		hostname: 'buildkitsandbox',
		network: 'default',
		security: 'sandbox',
		hosts: [],
		files: [],
		mounts: [],
		...(limits ? {limits: limits.map(revivedLimit)} : {}),
		...rest,
	};
}

/** JSON has no Infinity. */
function revivedLimit({name, soft, hard}: ResourceLimit): ResourceLimit {
	return {name, soft: soft ?? Number.POSITIVE_INFINITY, hard: hard ?? Number.POSITIVE_INFINITY};
}

async function sourceOf(source: OrderedSource, {store, worker}: State): Promise<MountSource> {
	const snapshotOf = async (files: readonly Entry[]) => worker.prepare([await packBase(store, files)]);
	switch (source.kind) {
		case 'files': {
			const {at, files, path} = source;
			return {at, kind: 'snapshot', snapshot: await snapshotOf(files), path};
		}
		case 'cache': {
			const {seed, ...rest} = source;
			return seed ? {...rest, seed: {snapshot: await snapshotOf(seed.files), path: seed.path}} : rest;
		}
		case 'secret': {
			const {text, ...rest} = source;
			return {...rest, data: Buffer.from(text)};
		}
		case 'socket':
			return source;
	}
}

async function packBase(store: Store, entries: readonly Entry[]): Promise<Layer> {
	const [blob, toc] = [store.temporary(), store.temporary()];
	const {layer} = await packLayer({source: {entries: entries.map(revived)}, blob, toc});
	store.blobs.adopt(blob, layer.descriptor.digest);
	store.records<Toc>('tocs').put(hexOf(layer.diffID), JSON.parse(readFileSync(toc, 'utf8')) as Toc);
	rmSync(toc);
	return layer;
}

/** Bytes do not survive JSON as such. */
function revived(entry: Entry): Entry {
	const {content} = entry;
	return content?.from === 'bytes' ? {...entry, content: {from: 'bytes', data: Buffer.from(content.data)}} : entry;
}

function tocOf(store: Store, {diffID}: Layer): Toc {
	return store.records<Toc>('tocs').get(hexOf(diffID)) ?? [];
}

function pathsOf(store: Store, layers: readonly Layer[]): string[] {
	const tree = mergeTocs(layers.map(layer => ({diffID: layer.diffID, toc: tocOf(store, layer)})));
	const below = (path: string): string[] =>
		tree.list(path).flatMap(name => {
			const child = path === '' ? name : `${path}/${name}`;
			return [child, ...below(child)];
		});
	return below('').filter(path => path !== 'bin' && !path.startsWith('bin/'));
}

const [order = ''] = process.argv.slice(2);
console.log(JSON.stringify(await session(JSON.parse(order) as Order)));
