import {readlinkSync} from 'node:fs';
import {parentPort} from 'node:worker_threads';
import {type BlobFile, createBlob} from './blob-file.ts';
import type {BlobAnswer, BlobNews, BlobOrder} from './blob-sink.ts';
import {release} from './release.ts';

// The entry file of the thread that writes and hashes blobs while they are made: blob-sink.ts starts it.
parentPort?.on('message', makeBlob);
parentPort?.postMessage(readlinkSync('/proc/thread-self'));

function makeBlob({port, turns, request}: BlobOrder): void {
	const done = new Int32Array(turns);
	let blob: BlobFile | undefined;
	const answer = (message: BlobAnswer) => port.postMessage(message);
	const attempt = async (work: () => Promise<void> | void) => {
		try {
			await work();
		} catch (error) {
			answer({error: error as Error, facts: {...(error as Error)}});
			void close();
		}
	};
	const close = async () => {
		const closing = blob;
		blob = undefined;
		await closing?.[Symbol.asyncDispose]();
	};
	void attempt(() => {
		blob = createBlob(request);
	});
	port.on('message', async (news: BlobNews) => {
		if (news === 'leave') {
			await close();
			port.close();
			return;
		}
		if (blob && Atomics.load(done, 1) === 0) void attempt(() => take(news, blob as BlobFile));
		Atomics.add(done, 0, 1);
		Atomics.notify(done, 0);
	});

	/** Done when it returns, but for the end. */
	function take(news: Exclude<BlobNews, 'leave'>, blob: BlobFile): Promise<void> | void {
		if (news === 'end') return blob.end().then(sums => answer({sums}));
		if ('begin' in news) {
			blob.begin(news.begin);
		} else if ('plain' in news) {
			blob.plain(news.plain, news.mark);
		} else if ('copy' in news) {
			blob.copy(news.copy, news.mark);
		} else {
			blob.packed(news.packed, news.mark);
			release(news.packed);
		}
	}
}
