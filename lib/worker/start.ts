import {randomBytes} from 'node:crypto';
import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {entryPoint} from '../entry-points.ts';
import type {PackedLayer} from '../layer/packed.ts';
import {type Connection, connect, type Listener} from './connection.ts';
import {openNamespace} from './namespace.ts';
import {singleIdWarning} from './single-id.ts';
import type {Worker} from './worker.ts';

export interface WorkerOptions {
	/** Of the store, which the caller has open. */
	readonly root: string;
	/** `--runtime`: crun, runc or a path. Default: what works. */
	readonly runtime?: string | undefined;
	/** Descriptors of this process for programs of `run` that are attached: stdin, stdout, stderr. */
	readonly attach?: readonly [stdin: number, stdout: number, stderr: number];
	/** Stops the start; afterwards only disposing ends the worker. */
	readonly signal?: AbortSignal | undefined;
}

/**
 * Starts the process inside the user namespace. Rejects with a `MachineError` where the machine forbids user
 * namespaces or has no OCI runtime. Nothing of it outlives this thread, however it ends.
 */
export async function startWorker({root, runtime, attach, signal}: WorkerOptions): Promise<Worker> {
	signal?.throwIfAborted();
	const scratch = join(root, 'tmp', `${process.pid}-${randomBytes(8).toString('hex')}`);
	const namespace = await openNamespace(entryPoint('worker/main'), attach);
	const connection = connect(namespace.process, namespace.stderr);
	try {
		mkdirSync(scratch, {recursive: true});
		const {ids, by} = namespace.map;
		const request = {root, scratch, ids, pid: process.pid, ...(runtime && {runtime})};
		const facts = await connection.call('start', request, signal && {signal});
		return workerOver(connection, {scratch, facts: by === 'single' ? {...facts, warning: singleIdWarning()} : facts});
	} catch (error) {
		await connection.close();
		await removeFolders([scratch]);
		throw signal?.aborted ? signal.reason : error;
	}
}

/**
 * Deletes folders whose files may belong to mapped ids, which only root of the namespace may do. Starts one where
 * it has to; neither needs nor looks for an OCI runtime.
 */
export async function removeFolders(paths: readonly string[]): Promise<void> {
	const left = paths.filter(path => !removeOurselves(path));
	if (left.length === 0) return;
	const namespace = await openNamespace(entryPoint('worker/main'));
	const connection = connect(namespace.process, namespace.stderr);
	try {
		await connection.call('remove', {paths: left});
	} finally {
		await connection.close();
	}
}

function removeOurselves(path: string): boolean {
	try {
		rmSync(path, {recursive: true, force: true});
		return true;
	} catch {
		return false;
	}
}

function workerOver(connection: Connection, {scratch, facts}: {scratch: string; facts: Worker['facts']}): Worker {
	return {
		facts,
		prepare: layers => connection.call('prepare', {layers}),
		gather: files => connection.call('gather', files),
		packCache: cache => connection.call('packCache', cache),
		fillCache: cache => connection.call('fillCache', cache),
		peek: (job, {layers, omit = []}) => connection.call('peek', {job, layers, omit}),
		remove: paths => connection.call('remove', {paths}),
		run: async (job, parent, {onOutput, onPacking, onStart, signal, ...options}) => {
			const {layer, ...events} = expectLayer();
			const request = {job, parent, options};
			const listener = {signal, onPacking, ...(onOutput && {onOutput}), ...(onStart && {onStart}), ...events};
			const outcome = await connection.call('run', request, listener);
			return outcome.snapshot ? {...outcome, layer} : outcome;
		},
		[Symbol.asyncDispose]: async () => {
			await connection.close();
			await removeFolders([scratch]);
		},
	};
}

/** A promise and the events that settle it. Who awaits it sees the error; that nobody does must not end the process. */
function expectLayer() {
	const events: Required<Pick<Listener, 'onLayer' | 'onLayerError'>> = {onLayer: () => {}, onLayerError: () => {}};
	const layer = new Promise<PackedLayer>((resolve, reject) => {
		events.onLayer = resolve;
		events.onLayerError = reject;
	});
	layer.catch(() => undefined);
	return {...events, layer};
}
