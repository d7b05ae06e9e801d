import {setImmediate} from 'node:timers/promises';
import {UsageError} from '../errors.ts';
import type {Entry} from '../tree/entry.ts';
import type {Selection, Source} from '../tree/selection.ts';
import type {ContextTree} from './open.ts';
import type {StatCache} from './stat-cache.ts';

/** What the digests of a selection are found out with. */
export interface Digesting {
	readonly cache: StatCache;
	readonly signal?: AbortSignal;
}

/** How long other work may have to wait for its turn, in milliseconds. */
const patience = 25;

/** The same selection with the digest of every file in it: only what was chosen is ever read. */
export async function withDigests(
	selection: Selection,
	context: ContextTree,
	{cache, signal}: Digesting,
): Promise<Selection> {
	const sources: Source[] = [];
	let since = performance.now();
	for (const source of selection.sources) {
		const entries: Entry[] = [];
		for (const entry of source.entries) {
			entries.push(hasDigest(entry) ? entry : await withDigest(entry, context, {cache, ...(signal && {signal})}));
			if (performance.now() - since < patience) continue;
			await setImmediate();
			signal?.throwIfAborted();
			since = performance.now();
		}
		sources.push({...source, entries});
	}
	return {...selection, sources};
}

function hasDigest({content, digest}: Entry): boolean {
	return content?.from !== 'file' || digest !== undefined;
}

async function withDigest(entry: Entry, context: ContextTree, {cache, signal}: Digesting): Promise<Entry> {
	const path = entry.content?.from === 'file' ? entry.content.path : entry.path;
	const state = context.seen(path);
	if (state === undefined) throw new Error(`${path} is not of this context`);
	try {
		return {...entry, digest: await cache.digestOf(path, state, signal)};
	} catch (error) {
		if (signal?.aborted) throw error;
		const {code} = error as NodeJS.ErrnoException;
		throw new UsageError('CONTEXT', `cannot read ${path}: ${code}`, {
			cause: error,
			help: ['look at its permissions; what is not needed can be left out by .dockerignore'],
		});
	}
}
