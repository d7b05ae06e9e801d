import {Worker} from 'node:worker_threads';

/** Known in what scripts/build bundles: there each of these is a script of its own. */
declare const ENTRY_EXTENSION: string | undefined;

const extension = typeof ENTRY_EXTENSION === 'string' ? ENTRY_EXTENSION : '.js';

/**
 * Where the compiled file of a further process or thread lies. Next to this one in the tree that tsc makes; the
 * bundle keeps the same names beside its main file.
 */
export function entryPoint(name: 'worker/main' | Thread): URL {
	return new URL(`./${name}${extension}`, import.meta.url);
}

type Thread =
	| 'context/digest-thread'
	| 'layer/hash-thread'
	| 'layer/pack-thread'
	| 'layer/read-thread'
	| 'layer/write-thread';

/** Starts a thread of our own. Flags such as --input-type are meant for the process's own script. */
export function startThread(name: Thread): Worker {
	return new Worker(entryPoint(name), {execArgv: []});
}
