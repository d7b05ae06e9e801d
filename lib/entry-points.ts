import {availableParallelism} from 'node:os';
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

/** Where the WebAssembly of deflate/assembly lies. */
export const deflateModule: URL = new URL('./deflate/deflate.wasm', import.meta.url);

type Thread =
	| 'context/digest-thread'
	| 'layer/blob-thread'
	| 'layer/deflate-thread'
	| 'layer/pack-thread'
	| 'layer/read-thread'
	| 'layer/write-thread';

/**
 * How many threads libuv's pool is to have: `UV_THREADPOOL_SIZE`, which it reads when it is first used. In it zlib works; by itself it
 * has four, whatever the machine has.
 */
export const poolSize = Math.max(4, availableParallelism() + 2);

/** In MiB: V8 lets what is new take 16, and as much again twice; in a thread that hands bytes on nearly all of it is garbage. */
export const semiSpace = 4;

/** Starts a thread of our own. Flags such as --input-type are meant for the process's own script. */
export function startThread(name: Thread): Worker {
	return new Worker(entryPoint(name), {execArgv: [], resourceLimits: {maxYoungGenerationSizeMb: 3 * semiSpace}});
}
