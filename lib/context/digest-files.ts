import {once} from 'node:events';
import {availableParallelism} from 'node:os';
import type {Worker} from 'node:worker_threads';
import {startThread} from '../entry-points.ts';
import {turns} from '../turns.ts';
import {digestFile, type FileDigest} from './digest-file.ts';

/** What a thread is told. Whoever comes first to a file takes it: `next` is the number of the first that nobody has. */
export interface DigestRequest {
	readonly paths: readonly string[];
	readonly next: SharedArrayBuffer;
}

/** What a thread answers. */
export type FileDigests = readonly (readonly [path: string, digest: FileDigest])[];

const mostThreads = 4;

/**
 * Reads files in this thread and in others, and answers with their digests. A file that cannot be read has none. Rejects with the
 * reason of `signal`, whatever the others are reading.
 */
export async function digestFiles(
	paths: readonly string[],
	signal?: AbortSignal,
): Promise<ReadonlyMap<string, FileDigest>> {
	const request = {paths, next: new SharedArrayBuffer(4)};
	const helpers = startHelpers(Math.min(availableParallelism(), mostThreads, paths.length) - 1);
	const end = () => Promise.all(helpers.map(thread => thread.terminate()));
	signal?.addEventListener('abort', end);
	try {
		const answers = helpers.map(thread => ask(thread, request));
		const own = await digestShare(request, signal);
		const others = await Promise.all(answers);
		signal?.throwIfAborted();
		return new Map([own, ...others].flat());
	} finally {
		signal?.removeEventListener('abort', end);
		await end();
	}
}

/** Fewer where the system allows no more. */
function startHelpers(count: number): readonly Worker[] {
	const helpers: Worker[] = [];
	try {
		while (helpers.length < count) helpers.push(startThread('context/digest-thread'));
	} catch {
		// What they would have read is read by those that there are.
	}
	return helpers;
}

/** Takes one file after the other until there are no more. */
export async function digestShare({paths, next}: DigestRequest, signal?: AbortSignal): Promise<FileDigests> {
	const counter = new Int32Array(next);
	const pause = turns(signal);
	const found: (readonly [string, FileDigest])[] = [];
	for (let path = paths[Atomics.add(counter, 0, 1)]; path !== undefined; path = paths[Atomics.add(counter, 0, 1)]) {
		const digest = await digestFile(path, signal).catch(() => undefined);
		if (digest) found.push([path, digest]);
		await pause();
	}
	signal?.throwIfAborted();
	return found;
}

/** A thread that ends without an answer, whyever, has found nothing. */
async function ask(thread: Worker, request: DigestRequest): Promise<FileDigests> {
	const ended = new AbortController();
	const exit = once(thread, 'exit', {signal: ended.signal}).then(() => []);
	try {
		thread.postMessage(request);
		const answer = once(thread, 'message', {signal: ended.signal}).then(([digests]) => digests as FileDigests);
		return await Promise.race([answer, exit]);
	} catch {
		return [];
	} finally {
		ended.abort();
		exit.catch(() => {});
	}
}
