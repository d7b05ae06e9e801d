import {createHash} from 'node:crypto';
import {readlinkSync} from 'node:fs';
import {parentPort} from 'node:worker_threads';
import type {HashNews, HashRequest, Sums} from './hashing.ts';
import {release} from './release.ts';

// The entry file of the thread that hashes layers while they are made: hashing.ts starts it.
parentPort?.on('message', hashAll);
parentPort?.postMessage(readlinkSync('/proc/thread-self'));

function hashAll({port, turns}: HashRequest): void {
	const [plain, packed] = [createHash('sha256'), createHash('sha256')];
	const done = new Int32Array(turns);
	port.on('message', (news: HashNews) => {
		if (news === 'end') {
			port.postMessage({plain: plain.digest('hex'), packed: packed.digest('hex')} satisfies Sums);
			return;
		}
		if ('plain' in news) {
			plain.update(news.plain);
		} else {
			packed.update(news.packed);
			release(news.packed);
		}
		Atomics.add(done, 0, 1);
		Atomics.notify(done, 0);
	});
}
