import {once} from 'node:events';
import {existsSync} from 'node:fs';
import type {Worker} from 'node:worker_threads';
import {startThread} from '../entry-points.ts';

type Helper = 'layer/blob-thread' | 'layer/deflate-thread' | 'layer/read-thread' | 'layer/write-thread';

const started = new Map<string, Promise<Worker>>();
const holders = new Map<Worker, number>();
/** What the kernel calls each: https://man7.org/linux/man-pages/man5/proc.5.html */
const tasks = new WeakMap<Worker, string>();
/** Those whose end was told. The kernel may list a thread for a moment longer. */
const ended = new WeakSet<Worker>();

/**
 * A thread that does part of the unpacking or of the packing, for all layers. It does not keep the process from ending. Rejects if it cannot start.
 * However it ends, who works with it goes on without it. `number` tells those of one name apart.
 */
export function helperThread(name: Helper, number = 1): Promise<Worker> {
	const key = `${name} ${number}`;
	const thread = started.get(key) ?? start(name, () => started.delete(key));
	started.set(key, thread);
	return thread;
}

async function start(name: Helper, forget: () => void): Promise<Worker> {
	const thread = startThread(name).setMaxListeners(0);
	const end = new Promise<never>((_, reject) => {
		thread.once('error', reject);
		thread.once('exit', code => {
			ended.add(thread);
			forget();
			reject(new Error(`the thread ${name} ended (${code})`));
		});
	});
	const [task] = await Promise.race([once(thread, 'message'), end]);
	tasks.set(thread, task as string);
	thread.unref();
	return thread;
}

/** Whether a thread has ended, also for who cannot wait for its event: the kernel tells it. */
export function hasEnded(thread: Worker): boolean {
	if (ended.has(thread)) return true;
	const task = tasks.get(thread);
	return task !== undefined && !existsSync(`/proc/${task}`);
}

/** While it is held the process does not end for want of other work. */
export function hold(thread: Worker): Disposable {
	const count = (change: number) => {
		const now = (holders.get(thread) ?? 0) + change;
		holders.set(thread, now);
		if (now === 0) thread.unref();
		else thread.ref();
	};
	count(1);
	return {[Symbol.dispose]: () => count(-1)};
}
