import {basename, join} from 'node:path';
import {withStore} from '../catalog/open.ts';
import {UsageError} from '../errors.ts';
import {type ContainerRecord, containerLock, standingOf} from '../store/containers.ts';
import type {Store} from '../store/store.ts';
import {findContainer} from './find.ts';
import {askToEnd} from './live.ts';
import type {ContainerOptions} from './options.ts';

/**
 * Asks a container that runs to end, with the signal that its image says; its program is killed ten seconds later. Answers with its
 * name when what it changed is kept, or at once if it has ended already.
 */
export function stopContainer(text: string, options: ContainerOptions = {}): Promise<string> {
	return withStore(options, async store => {
		const {id, name} = findContainer(text, store);
		const {state, record} = await standingOf(id, store);
		if (state === 'running' && record) await endContainer(record, 'stop', store);
		return name;
	});
}

/** Tells who runs a container to end it, and waits until that is done. Rejects with a UsageError if its program has not begun. */
export async function endContainer(
	{id, name, socket}: ContainerRecord,
	how: 'stop' | 'discard',
	store: Store,
): Promise<void> {
	if (socket === undefined)
		throw new UsageError('CONTAINER_BEGINS', `the program of the container ${name} has not begun yet`, {
			help: ['try again, or stop it where it was started: Ctrl-C'],
		});
	await askToEnd(join(store.root, 'tmp', basename(socket)), how);
	await using _ = await store.lock(containerLock(id));
}
