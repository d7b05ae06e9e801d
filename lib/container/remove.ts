import {withStore} from '../catalog/open.ts';
import {containersKind, standingOf} from '../store/containers.ts';
import {stillRuns} from './changed-layer.ts';
import {findContainer} from './find.ts';
import type {RemoveOptions} from './options.ts';
import {endContainer} from './stop.ts';

/** Forgets a container that has ended; what it alone needed stays until `prune`. Answers with its name. */
export function removeContainer(text: string, options: RemoveOptions = {}): Promise<string> {
	return withStore(options, async store => {
		const {id, name} = findContainer(text, store);
		const {state, record} = await standingOf(id, store);
		if (state === 'running' && !options.force) throw stillRuns(name);
		if (state === 'running' && record) await endContainer(record, 'discard', store);
		store.records(containersKind).delete(id);
		return name;
	});
}
