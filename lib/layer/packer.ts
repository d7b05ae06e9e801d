import {EventEmitter, once} from 'node:events';
import {rmSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {setImmediate} from 'node:timers/promises';
import type {Worker} from 'node:worker_threads';
import {startThread} from '../entry-points.ts';
import {StepError} from '../errors.ts';
import type {PackRequest} from './pack.ts';
import type {PackedLayer, PackProgress} from './packed.ts';
import {type SentEntries, sendEntries} from './sent-entries.ts';

/** Packs layers in threads of their own, so that it never stands in the way of a step. Its end ends them. */
export interface Packer extends AsyncDisposable {
	/** Starts the threads for a layer that is soon to be packed, with so many bytes of files, as far as that is known. */
	expect(bytes?: number): void;
	/** Like `packLayer`. When it rejects, also because of `signal`, nothing is left of the files it began. */
	pack(request: PackRequest, options?: PackOptions): Promise<PackedLayer>;
}

export interface PackOptions {
	readonly signal?: AbortSignal;
	/** Called ten times a second at most. */
	readonly onProgress?: (progress: PackProgress) => void;
}

/** A request as it is sent to a thread. */
export interface PackOrder extends Omit<PackRequest, 'source'> {
	readonly source: SentEntries | Exclude<PackRequest['source'], {readonly entries: unknown}>;
}

/** What a thread is told before: how many bytes of files it will be. */
export interface PackForecast {
	readonly expected: number;
}

/** What a thread says before it answers. */
export interface PackNews {
	readonly progress: PackProgress;
}

/** What a thread answers. The class of an error does not survive the way between threads. */
export type PackAnswer =
	| {readonly packed: PackedLayer}
	| {
			readonly refused: {
				readonly code: string;
				readonly reason: string;
				readonly notes: readonly string[];
				readonly help: readonly string[];
			};
	  }
	| {readonly error: Error; readonly facts: object}
	| {readonly stopped: true};

/**
 * A packer of at most `threads` threads, each started when it is needed or expected to be: a thread reads and hashes, and compresses with others.
 * On two processors one layer at a time keeps both busy, in 35 MB less.
 */
export function packer(threads = availableParallelism() > 2 ? 2 : 1): Packer {
	const pool = threadPool(threads);
	return {
		expect: pool.expect,
		async pack(request, options = {}) {
			const thread = await pool.take(options.signal);
			try {
				return await ask(thread, request, options);
			} catch (error) {
				for (const path of [request.blob, request.toc, request.blocks?.file]) if (path) rmSync(path, {force: true});
				throw error;
			} finally {
				pool.give(thread);
			}
		},
		[Symbol.asyncDispose]: () => pool.end(),
	};
}

/**
 * Threads that wait for work do not keep the process. One that has ended, however it did, makes room for another. One that works is asked
 * to stop before it is ended: Node 20 aborts the process where a thread ends while it begins to compress.
 */
function threadPool(most: number) {
	const all = new Set<Worker>();
	const idle = new Set<Worker>();
	const changes = new EventEmitter().setMaxListeners(0);
	let isOver = false;

	const start = () => {
		const thread = startThread('layer/pack-thread');
		all.add(thread);
		const forget = () => {
			all.delete(thread);
			idle.delete(thread);
			changes.emit('change');
		};
		thread.once('error', forget).once('exit', forget);
		return thread;
	};
	const give = (thread: Worker) => {
		if (!all.has(thread)) return;
		thread.unref();
		idle.add(thread);
		changes.emit('change');
	};
	return {
		expect(bytes = 0): void {
			if (isOver) return;
			if (all.size === 0) give(start());
			// The one that will take it.
			const [next] = idle;
			next?.postMessage({expected: bytes} satisfies PackForecast);
		},
		async take(signal?: AbortSignal): Promise<Worker> {
			for (;;) {
				signal?.throwIfAborted();
				if (isOver) throw ended();
				const [thread = all.size < most ? start() : undefined] = idle;
				if (thread) {
					idle.delete(thread);
					thread.ref();
					return thread;
				}
				await once(changes, 'change', signal && {signal}).catch(() => {});
			}
		},
		give,
		async end(): Promise<void> {
			isOver = true;
			changes.emit('change');
			// Who has just taken one tells it what to do first.
			await setImmediate();
			for (const thread of all) if (!idle.has(thread)) thread.postMessage('stop');
			while (idle.size < all.size) await once(changes, 'change');
			await Promise.all([...all].map(thread => thread.terminate()));
		},
	};
}

async function ask(
	thread: Worker,
	request: PackRequest,
	{signal, onProgress = () => {}}: PackOptions,
): Promise<PackedLayer> {
	const done = new AbortController();
	const heard = (event: string) => once(thread, event, {signal: done.signal});
	const stop = () => thread.postMessage('stop');
	try {
		signal?.throwIfAborted();
		signal?.addEventListener('abort', stop);
		const exit = heard('exit').then(() => Promise.reject(ended()));
		const message = answerOf(thread, onProgress, done.signal);
		thread.postMessage(orderOf(request));
		// "error" rejects what `once` waits for.
		const answer = await Promise.race([message, exit]);
		signal?.throwIfAborted();
		return unwrap(answer);
	} finally {
		signal?.removeEventListener('abort', stop);
		done.abort();
	}
}

function orderOf({source, ...request}: PackRequest): PackOrder {
	return {...request, source: 'entries' in source ? sendEntries(source.entries) : source};
}

function answerOf(
	thread: Worker,
	onProgress: (progress: PackProgress) => void,
	done: AbortSignal,
): Promise<PackAnswer> {
	return new Promise(resolve => {
		const hear = (message: PackAnswer | PackNews) => {
			if ('progress' in message) onProgress(message.progress);
			else resolve(message);
		};
		thread.on('message', hear);
		done.addEventListener('abort', () => thread.off('message', hear), {once: true});
	});
}

function unwrap(answer: PackAnswer): PackedLayer {
	if ('packed' in answer) return answer.packed;
	if ('stopped' in answer) throw ended();
	if ('error' in answer) throw Object.assign(answer.error, answer.facts);
	const {code, reason, notes, help} = answer.refused;
	throw new StepError(code, reason, {notes, help});
}

function ended(): Error {
	return new Error('the packing thread ended');
}
