import {availableParallelism} from 'node:os';
import type {Worker} from 'node:worker_threads';
import {deflate, type Span} from '../deflate/deflate.ts';
import {helperThread, hold} from './helper-thread.ts';

/** What a thread is told; it answers with the compressed bytes, in the order in which it was asked. */
export interface DeflateOrder {
	readonly bytes: Uint8Array;
	readonly stored: readonly Span[];
	/** An Int32: how many it has answered. */
	readonly answered: SharedArrayBuffer;
}

/** One thread reads files for a layer and hashes them. It can keep no more than so many others busy. */
const mostHelpers = Math.min(availableParallelism() - 1, 7);

/** Less is compressed before a thread has started. */
const worthThreads = 8 * 1024 * 1024;

/** While a thread is at one block, the next one waits for it. */
const mostWaiting = 2;

const helpers: Helper[] = [];
let isStarting = false;
let compressed = 0;

/**
 * Like `deflate`, with help: where other threads have enough to do, and as long as there was little to compress, this one does it. Bytes in
 * shared memory stay as they are until it resolves.
 */
export async function deflating(bytes: Uint8Array, stored: readonly Span[]): Promise<Uint8Array> {
	compressed += bytes.length;
	if (compressed > worthThreads) startDeflating();
	const helper = helpers.find(({waiting}) => waiting() < mostWaiting);
	return helper ? helper.deflate(bytes, stored) : deflate(bytes, stored);
}

/** Starts what helps, where there are processors for it. */
export function startDeflating(): void {
	if (isStarting) return;
	isStarting = true;
	for (let number = 1; number <= mostHelpers; number++) {
		helperThread('layer/deflate-thread', number).then(
			thread => helpers.push(helperOf(thread)),
			() => {},
		);
	}
}

interface Helper {
	/** How many blocks it was given and has not done. */
	waiting(): number;
	deflate(bytes: Uint8Array, stored: readonly Span[]): Promise<Uint8Array>;
}

function helperOf(thread: Worker): Helper {
	const answered = new Int32Array(new SharedArrayBuffer(4));
	const asked: {readonly answer: (packed: Uint8Array) => void; readonly here: () => Uint8Array}[] = [];
	let count = 0;
	const helper: Helper = {
		waiting: () => count - Atomics.load(answered, 0),
		async deflate(bytes, stored) {
			using _ = hold(thread);
			count++;
			const order: DeflateOrder = {bytes, stored, answered: answered.buffer as SharedArrayBuffer};
			return await new Promise<Uint8Array>(answer => {
				asked.push({answer, here: () => deflate(bytes, stored)});
				thread.postMessage(order);
			});
		},
	};
	thread.on('message', (packed: Uint8Array) => asked.shift()?.answer(packed));
	// Who listens to a thread holds it.
	thread.unref();
	thread.once('exit', () => {
		helpers.splice(helpers.indexOf(helper), 1);
		for (const {answer, here} of asked.splice(0)) answer(here());
	});
	return helper;
}
