import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import type {PackedLayer, PackProgress} from '../layer/packed.ts';
import type {Calls, Reply, Request} from './messages.ts';
import {fromWire} from './wire-error.ts';
import type {RunOutput} from './worker.ts';

/** The calls of the main process to its worker, answered in any order. */
export interface Connection {
	call<Name extends keyof Calls>(
		name: Name,
		takes: Calls[Name]['takes'],
		listener?: Listener,
	): Promise<Calls[Name]['gives']>;
	/** Kills the worker, and with it all that it started; resolves when it is gone. */
	close(): Promise<void>;
}

/** What a caller hears of its call besides the answer. */
export interface Listener {
	readonly signal?: AbortSignal;
	/** Called at once, with how signals are sent to the program of the call. */
	onStart?(send: (signal: number) => void): void;
	onOutput?(output: RunOutput): void;
	onPacking?(progress: PackProgress): void;
	onLayer?(layer: PackedLayer): void;
	onLayerError?(error: Error): void;
}

interface Pending {
	readonly listener: Listener;
	readonly resolve: (value: unknown) => void;
	readonly reject: (error: Error) => void;
	/** The answer came; only the layer is still due. */
	answered?: boolean;
}

/** Speaks over the IPC channel of `child`. Its death rejects all that is pending, with what it last wrote to stderr. */
export function connect(child: ChildProcess, stderr: () => string): Connection {
	const pending = new Map<number, Pending>();
	const state = {next: 1, dead: undefined as Error | undefined};
	const gone = endOf(child).then(end => {
		state.dead = deathOf(end, stderr());
		for (const call of pending.values()) reject(call, state.dead);
		pending.clear();
	});
	child.on('message', (reply: Reply) => receive(pending, reply));
	return {
		call: (name, takes, listener = {}) => {
			if (state.dead) return Promise.reject(state.dead);
			const request = {call: state.next++, name, takes} as Request & {call: number};
			return send({child, pending, request, listener}) as Promise<Calls[typeof name]['gives']>;
		},
		close: async () => {
			// Its first process is killed by name too, should the kernel not pass the kill on to it.
			for (const pid of childrenOf(child)) kill(pid);
			child.kill('SIGKILL');
			await gone;
		},
	};
}

/** When the child has ended and nobody holds its stderr. Not its `close`, which does not come once we have left the channel. */
async function endOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
	if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
	if (child.stderr && !child.stderr.closed) await once(child.stderr, 'close').catch(() => {});
	return child.exitCode ?? child.signalCode;
}

interface Sending {
	readonly child: ChildProcess;
	readonly pending: Map<number, Pending>;
	readonly request: Request;
	readonly listener: Listener;
}

function send({child, pending, request, listener}: Sending): Promise<unknown> {
	const {signal} = listener;
	signal?.throwIfAborted();
	return new Promise((resolve, reject) => {
		const abort = () => post(child, {call: request.call, name: 'abort'});
		signal?.addEventListener('abort', abort, {once: true});
		const disarm = () => signal?.removeEventListener('abort', abort);
		pending.set(request.call, {
			listener,
			resolve: value => {
				disarm();
				resolve(value);
			},
			reject: error => {
				disarm();
				reject(signal?.aborted ? signal.reason : error);
			},
		});
		post(child, request);
		listener.onStart?.(name => post(child, {call: request.call, name: 'signal', signal: name}));
	});
}

/** A send that fails is followed by `close`, which rejects what waits: nothing to do here. */
function post(child: ChildProcess, request: Request): void {
	if (child.connected) child.send(request, () => undefined);
}

function receive(pending: Map<number, Pending>, reply: Reply): void {
	const call = pending.get(reply.call);
	if (!call) return;
	if (reply.kind === 'output') {
		call.listener.onOutput?.(reply.output);
		return;
	}
	if (reply.kind === 'packing') {
		call.listener.onPacking?.(reply.progress);
		return;
	}
	const isLast = reply.kind !== 'answer' || !owesLayer(reply.gives);
	if (isLast) pending.delete(reply.call);
	if (reply.kind === 'answer') answer(call, reply.gives);
	else if (reply.kind === 'layer') call.listener.onLayer?.(reply.layer);
	else reject(call, fromWire(reply.error));
}

function answer(call: Pending, gives: unknown): void {
	call.answered = true;
	call.resolve(gives);
}

function reject({answered, listener, reject}: Pending, error: Error): void {
	if (answered) listener.onLayerError?.(error);
	else reject(error);
}

/** A run that left a snapshot is still packing its layer. */
function owesLayer(gives: unknown): boolean {
	return typeof gives === 'object' && gives !== null && 'status' in gives && 'snapshot' in gives;
}

function deathOf(how: number | string | null, stderr: string): Error {
	const said = stderr.trim();
	return new Error(`the worker ended (${how})${said && `, its last words: ${said}`}`);
}

/** https://docs.kernel.org/filesystems/proc.html#proc-pid-task-tid-children-information-about-task-children */
function childrenOf({pid}: ChildProcess): readonly number[] {
	try {
		return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
	} catch {
		return [];
	}
}

function kill(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// It has ended by itself.
	}
}
