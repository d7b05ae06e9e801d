import {UsageError} from '../errors.ts';
import type {Entry} from '../tree/entry.ts';
import type {Selection} from '../tree/selection.ts';
import type {ContextTree} from './open.ts';
import type {StatCache} from './stat-cache.ts';

/** The same selection with the digest of every file in it: only what was chosen is ever read. */
export function withDigests(selection: Selection, context: ContextTree, cache: StatCache): Selection {
	const filled = (entry: Entry) => withDigest(entry, context, cache);
	return {...selection, sources: selection.sources.map(source => ({...source, entries: source.entries.map(filled)}))};
}

function withDigest(entry: Entry, context: ContextTree, cache: StatCache): Entry {
	if (entry.content?.from !== 'file' || entry.digest) return entry;
	const {path} = entry.content;
	const state = context.seen(path);
	if (state === undefined) throw new Error(`${path} is not of this context`);
	try {
		return {...entry, digest: cache.digestOf(path, state)};
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		throw new UsageError('CONTEXT', `cannot read ${path}: ${code}`, {cause: error});
	}
}
