import {UsageError} from '../errors.ts';
import type {Entry} from '../tree/entry.ts';
import type {Selection, Source} from '../tree/selection.ts';
import {turns} from '../turns.ts';
import type {ContextTree, Look} from './open.ts';
import {isSettled, nanoseconds} from './racy.ts';
import type {SeenFile, StatCache} from './stat-cache.ts';

/** What the digests of a selection are found out with. */
export interface Digesting {
	readonly cache: StatCache;
	readonly signal?: AbortSignal;
}

/** The same selection with the digest of every file in it: only what was chosen is ever read. */
export async function withDigests(
	selection: Selection,
	context: ContextTree,
	{cache, signal}: Digesting,
): Promise<Selection> {
	const unhashed = selection.sources.flatMap(({entries}) => entries.filter(entry => !hasDigest(entry)));
	if (unhashed.length === 0) return selection;
	const sources: Source[] = [];
	const now = nanoseconds();
	const pause = turns(signal);
	await cache.readAhead(
		unhashed.map(entry => seenFile(entry, lookAt(entry, context))),
		signal,
	);
	for (const source of selection.sources) {
		const entries: Entry[] = [];
		for (const entry of source.entries) {
			entries.push(hasDigest(entry) ? entry : await withDigest(entry, context, {cache, now, ...(signal && {signal})}));
			await pause();
		}
		sources.push({...source, entries});
	}
	return {...selection, sources};
}

function seenFile(entry: Entry, {state, size}: Look): SeenFile {
	return {path: placeOf(entry), state, size, xattrs: entry.xattrs};
}

function lookAt(entry: Entry, context: ContextTree): Look {
	const look = context.seen(placeOf(entry));
	if (look === undefined) throw new Error(`${placeOf(entry)} is not of this context`);
	return look;
}

function placeOf({content, path}: Entry): string {
	return content?.from === 'file' ? content.path : path;
}

function hasDigest({content, digest}: Entry): boolean {
	return content?.from !== 'file' || digest !== undefined;
}

/** What lasts in its state is marked with it: it is read once more when it is packed. */
async function withDigest(
	entry: Entry,
	context: ContextTree,
	{cache, now, signal}: Digesting & {readonly now: bigint},
): Promise<Entry> {
	const {content} = entry;
	const look = lookAt(entry, context);
	try {
		const digest = await cache.digestOf(seenFile(entry, look), signal);
		if (content?.from !== 'file' || !isSettled(look, now)) return {...entry, digest};
		return {...entry, digest, content: {...content, state: look.state}};
	} catch (error) {
		if (signal?.aborted) throw error;
		const {code} = error as NodeJS.ErrnoException;
		throw new UsageError('CONTEXT', `cannot read ${placeOf(entry)}: ${code}`, {
			cause: error,
			help: ['look at its permissions; what is not needed can be left out by .dockerignore'],
		});
	}
}
