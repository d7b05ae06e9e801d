import {UsageError} from '../errors.ts';
import type {Entry} from '../tree/entry.ts';
import type {Selection, Source} from '../tree/selection.ts';
import type {ContextTree} from './open.ts';
import {isSettled, nanoseconds} from './racy.ts';
import type {SeenFile, StatCache} from './stat-cache.ts';
import {turns} from './turns.ts';

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
	const sources: Source[] = [];
	const now = nanoseconds();
	const pause = turns(signal);
	await cache.readAhead(unhashedFiles(selection, context), signal);
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

function unhashedFiles({sources}: Selection, context: ContextTree): readonly SeenFile[] {
	const entries = sources.flatMap(source => source.entries).filter(entry => !hasDigest(entry));
	return entries.flatMap(entry => {
		const path = placeOf(entry);
		const look = context.seen(path);
		return look ? [{path, state: look.state, size: look.size}] : [];
	});
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
	const path = placeOf(entry);
	const look = context.seen(path);
	if (look === undefined) throw new Error(`${path} is not of this context`);
	try {
		const digest = await cache.digestOf(path, look.state, signal);
		if (content?.from !== 'file' || !isSettled(look, now)) return {...entry, digest};
		return {...entry, digest, content: {...content, state: look.state}};
	} catch (error) {
		if (signal?.aborted) throw error;
		const {code} = error as NodeJS.ErrnoException;
		throw new UsageError('CONTEXT', `cannot read ${path}: ${code}`, {
			cause: error,
			help: ['look at its permissions; what is not needed can be left out by .dockerignore'],
		});
	}
}
