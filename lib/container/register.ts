import {UsageError} from '../errors.ts';
import {
	type ContainerEnd,
	type ContainerRecord,
	containerLock,
	containersKind,
	standingOf,
} from '../store/containers.ts';
import type {Store} from '../store/store.ts';
import {containerRecords} from './list.ts';

/** A container that others see. What is not kept when this is disposed of is forgotten. */
export interface Registered extends AsyncDisposable {
	keep(end: ContainerEnd): void;
	/** Others can ask it what it changed so far, by the socket of this name in ROOT/tmp. */
	answer(socket: string): void;
}

/** Makes a container known, as one that runs. Rejects with a `UsageError` if its name is taken. */
export async function register(record: ContainerRecord, store: Store): Promise<Registered> {
	const records = store.records<ContainerRecord>(containersKind);
	await using _ = await store.lock(containersKind);
	for (const {id, name} of containerRecords(store)) if (name === record.name) await makeWay(id, name, store);
	const lock = await store.lock(containerLock(record.id));
	records.put(record.id, record, onlyOurs);
	let isKept = false;
	return {
		keep(end) {
			records.put(record.id, {...record, end}, onlyOurs);
			isKept = true;
		},
		answer: socket => records.put(record.id, {...record, socket}, onlyOurs),
		async [Symbol.asyncDispose]() {
			if (!isKept) records.delete(record.id);
			await lock[Symbol.asyncDispose]();
		},
	};
}

/** The mode of a record: its config has the environment, which may hold passwords. */
const onlyOurs = 0o600;

/** A container that was lost leaves its name to the next. */
async function makeWay(id: string, name: string, store: Store): Promise<void> {
	const {state} = await standingOf(id, store);
	if (state !== 'lost') {
		throw new UsageError('NAME_TAKEN', `there is a container ${name} already`, {
			help: [state === 'ended' ? `remove it: strata rm ${name}` : 'another name: --name NAME'],
		});
	}
	store.records(containersKind).delete(id);
}
