import {suggest} from '../dockerfile/suggest.ts';
import {UsageError} from '../errors.ts';
import type {ContainerRecord} from '../store/containers.ts';
import type {Store} from '../store/store.ts';
import {containerRecords} from './list.ts';

/** The container that `text` means: its name, or the beginning of its id that no other has. Throws a UsageError if there is none, or more than one. */
export function findContainer(text: string, store: Pick<Store, 'records'>): ContainerRecord {
	const records = containerRecords(store);
	const named = records.filter(({name}) => name === text);
	const [found, ...others] = named.length > 0 ? named : records.filter(({id}) => text !== '' && id.startsWith(text));
	if (!found) throw unknown(text, records);
	if (others.length === 0) return found;
	throw new UsageError('CONTAINER_AMBIGUOUS', `${text} begins the ids of ${others.length + 1} containers`, {
		notes: [found, ...others].map(({id, name, argv}) => [id, ...(name === id ? [] : [name]), ...argv].join(' ')),
		help: ['give more digits, or a name'],
	});
}

function unknown(text: string, records: readonly ContainerRecord[]): UsageError {
	const [near] = suggest(
		text,
		records.map(({name}) => name),
	);
	return new UsageError('CONTAINER_UNKNOWN', `no container ${text} in the store`, {
		help: [...(near ? [`did you mean ${near}?`] : []), 'what is there: strata ps -a'],
	});
}
