import {readlinkSync} from 'node:fs';
import {parentPort} from 'node:worker_threads';
import {deflate} from '../deflate/deflate.ts';
import type {DeflateOrder} from './deflating.ts';

// The entry file of a thread that compresses blocks: deflating.ts starts it.
parentPort?.on('message', ({bytes, stored, answered}: DeflateOrder) => {
	const packed = deflate(bytes, stored);
	Atomics.add(new Int32Array(answered), 0, 1);
	parentPort?.postMessage(packed, [packed.buffer]);
});
parentPort?.postMessage(readlinkSync('/proc/thread-self'));
