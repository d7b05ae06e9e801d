import {StrataError} from '../errors.ts';
import type {Descriptor} from '../oci/image.ts';
import type {Builder} from './builder.ts';
import type {NewEvent} from './event-stream.ts';
import type {CacheMoved} from './events.ts';

type About = Pick<CacheMoved, 'kind' | 'direction' | 'ref'>;
type Outcome = Partial<Pick<CacheMoved, 'entries' | 'size' | 'blobs' | 'present'>>;

/** Tells of a cache that the build waits for: that it does, and what came of it. `outcome` says that from the result; undefined for none. */
export async function tellCache<T>(
	about: About,
	{events}: Pick<Builder, 'events'>,
	work: {readonly action: () => Promise<T>; readonly outcome: (result: T) => Outcome | undefined},
): Promise<T> {
	const start = events.elapsed();
	const tell = (state: CacheMoved['state'], outcome: Outcome = {}) =>
		events.emit({type: 'cache', ...about, ...outcome, state, ms: state === 'started' ? 0 : events.elapsed() - start});
	tell('started');
	try {
		const result = await work.action();
		const outcome = work.outcome(result);
		tell(outcome ? 'done' : 'absent', outcome);
		return result;
	} catch (error) {
		tell('failed');
		throw error;
	}
}

/** Tells of the layers that are fetched from a cache: of those that are fetched at the same time, as one. */
export function layerTeller(ref: string, {events}: Pick<Builder, 'events'>) {
	const about = {type: 'cache', kind: 'layers', direction: 'from', ref} as const;
	let [start, open, entries, size] = [0, 0, 0, 0];
	return async (layer: Descriptor, fetch: () => Promise<void>): Promise<void> => {
		if (open === 0) {
			[start, entries, size] = [events.elapsed(), 0, 0];
			events.emit({...about, state: 'started', ms: 0});
		}
		open += 1;
		try {
			await fetch();
			entries += 1;
			size += layer.size;
		} finally {
			open -= 1;
			const state = entries > 0 ? 'done' : 'failed';
			if (open === 0) events.emit({...about, state, ms: events.elapsed() - start, entries, size});
		}
	};
}

/** The warning that a build does without a cache: what is so, and why. */
export function cacheWarning(what: string, error: unknown): NewEvent {
	const {message, notes = [], help = []} = error as Error & Partial<StrataError>;
	const reason = error instanceof StrataError ? message : `it cannot be reached: ${message}`;
	return {type: 'warning', message: `${what}: ${reason}`, notes, help};
}
