import {readlinkSync} from 'node:fs';
import {parentPort} from 'node:worker_threads';
import type {Batch} from './file-writer.ts';
import {writeFile} from './new-file.ts';

// The entry file of the thread that writes the small files of layers: file-writer.ts starts it.
parentPort?.on('message', writeBatch);
parentPort?.postMessage(readlinkSync('/proc/thread-self'));

function writeBatch({files, owners, memory, written}: Batch): void {
	let count = 0;
	try {
		for (const {native, entry, start} of files) {
			writeFile(native, Buffer.from(memory, start, entry.size), {entry, owners});
			count++;
		}
	} catch {
		// Whoever waits tries it once more, and gets the error.
	}
	const done = new Int32Array(written);
	Atomics.store(done, 0, count);
	Atomics.notify(done, 0);
}
