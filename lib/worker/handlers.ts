import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import type {PackProgress} from '../layer/packed.ts';
import {type Packer, packer} from '../layer/packer.ts';
import {mount, mountFlags} from '../linux/mount.ts';
import {hardLimits} from '../linux/resource-limits.ts';
import {type Proven, probeRuntime, tryRuntimes} from '../runtime/probe.ts';
import {chooseSnapshotter, overlayRefusal} from '../snapshot/choose.ts';
import type {Frozen, Snapshot} from '../snapshot/snapshot.ts';
import {openStore} from '../store/open.ts';
import type {Store} from '../store/store.ts';
import {fillCache, packCache} from './cache-files.ts';
import {type Chains, snapshotChains} from './chains.ts';
import {emulate} from './emulate.ts';
import {gatherFiles} from './gather.ts';
import {applyBlob, type Changes, packChanges} from './layers.ts';
import type {Findings, RunRequest, StartOptions} from './messages.ts';
import {peek} from './peek.ts';
import {programOutput} from './program-output.ts';
import {runJob, type Services} from './run-job.ts';
import type {Correspondence, Handlers} from './serve.ts';
import {toWire} from './wire-error.ts';

interface Started extends Services {
	readonly store: Store;
	readonly packer: Packer;
	readonly chains: Chains;
}

/** What the worker does on each call. All but `remove` and `examine` come after `start`. */
export function workerHandlers(): Handlers {
	let started: Started | undefined;
	const services = () => {
		if (!started) throw new Error('a call came before start');
		return started;
	};
	return {
		start: async options => {
			started = await start(options);
			const {runtime, snapshotter, ids} = started;
			const {name, path, version} = runtime;
			return {runtime: {name, path, version}, snapshotter: snapshotter.kind, ids, hardLimits: hardLimits()};
		},
		prepare: async ({layers}) => {
			const {snapshotter, chains} = services();
			const snapshot = await snapshotter.prepare(layers);
			chains.know(snapshot, layers);
			return snapshot;
		},
		gather: files => gatherFiles(files, services()),
		packCache: cache => packCache(cache, services()),
		fillCache: cache => fillCache(cache, services()),
		run: (request, to) => run(services(), request, to),
		peek: request => peek(services(), request),
		examine: ({scratch, ids}) => examine(scratch, ids === 1),
		remove: async ({paths}) => {
			for (const path of paths) rmSync(path, {recursive: true, force: true});
			return undefined;
		},
	};
}

async function start({root, scratch, pid, ids, runtime}: StartOptions): Promise<Started> {
	const store = await openStore(root, {pid});
	const memory = join(scratch, 'memory');
	mkdirSync(memory);
	mount(memory, {type: 'tmpfs', flags: mountFlags.noSuid | mountFlags.noDev, data: 'mode=0700'});
	const found = await probeRuntime({
		proven: provenIn(store),
		scratch: memory,
		singleID: ids === 1,
		...(runtime && {wanted: runtime}),
	});
	const apply = applyBlob(store, ids === 1);
	const snapshotter = chooseSnapshotter({store, scratch, apply}, process.env.STRATA_SNAPSHOTTER);
	return {
		store,
		scratch,
		memory,
		ids,
		runtime: found,
		snapshotter,
		running: new Map(),
		packer: packer(),
		chains: snapshotChains(),
	};
}

/** `runtime` records: a runtime that ran a container here. */
function provenIn(store: Store): Proven {
	const records = store.records<{readonly path: string; readonly version: string}>('runtime');
	return {
		has: key => records.get(key) !== undefined,
		add: (key, {path, version}) => records.put(key, {path, version}),
	};
}

async function examine(scratch: string, singleID: boolean): Promise<Findings> {
	const refusal = overlayRefusal(join(scratch, 'overlay'));
	const runtimes = await tryRuntimes({scratch, singleID});
	return refusal ? {overlay: {code: (refusal as NodeJS.ErrnoException).code ?? ''}, runtimes} : {runtimes};
}

async function run(services: Started, {job, parent, options}: RunRequest, to: Correspondence) {
	const {times, layers, emulator, sources = [], keep = 'success', omit = []} = options;
	if (emulator) emulate(emulator);
	services.packer.expect();
	using output = programOutput(job, options, to);
	const assignment = {job, parent, sources, keep};
	const events = {...output.hooks, onStart: to.onSignal, signal: to.signal};
	const {status, frozen} = await runJob(assignment, {services, events});
	await output.end();
	if (!frozen) return {status};
	const owners = services.ids === 1 ? layers : undefined;
	const draft = join(services.scratch, `${job.id}-layer`);
	const onProgress = (progress: PackProgress) => void to.post({kind: 'packing', progress});
	pack(services, {frozen, parent, owners, omit, stubs: [], times, draft, onProgress}, to);
	return {status, snapshot: frozen.snapshot};
}

/** Begins to pack behind the caller's back. The main process hears of the end after the answer to its call. */
function pack(
	services: Started,
	changes: Changes & {readonly frozen: Frozen; readonly parent: Snapshot},
	to: Correspondence,
): void {
	const {store, packer, snapshotter, chains} = services;
	const {snapshot} = changes.frozen;
	const packing = packChanges(store, packer, changes);
	// A snapshot that has more than its layer says is not what a stack with that layer unpacks to.
	const chain = changes.omit.length > 0 ? undefined : chains.extend(snapshot, changes.parent, packing);
	const remembered = packing.then(async layer => {
		const place = await chain;
		if (place) snapshotter.remember(place, snapshot);
		return layer;
	});
	remembered.then(
		layer => to.post({kind: 'layer', layer}),
		error => to.post({kind: 'layer-error', error: toWire(error)}),
	);
}
