import {readlinkSync} from 'node:fs';
import {parentPort} from 'node:worker_threads';
import type {HashNews, HashRequest} from './hashing.ts';
import {release} from './release.ts';
import {summing} from './sums.ts';

// The entry file of the thread that hashes layers while they are made: hashing.ts starts it.
parentPort?.on('message', hashAll);
parentPort?.postMessage(readlinkSync('/proc/thread-self'));

function hashAll({port, turns, options}: HashRequest): void {
	const sums = summing(options);
	const done = new Int32Array(turns);
	port.on('message', (news: HashNews) => {
		if (news === 'end') {
			port.postMessage(sums.end());
			return;
		}
		if ('plain' in news) {
			sums.plain(news.plain, news.mark);
		} else {
			sums.packed(news.packed, news.mark);
			release(news.packed);
		}
		Atomics.add(done, 0, 1);
		Atomics.notify(done, 0);
	});
}
