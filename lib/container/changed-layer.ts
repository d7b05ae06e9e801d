import {basename, join} from 'node:path';
import {UsageError} from '../errors.ts';
import type {Layer} from '../oci/image.ts';
import {type ContainerRecord, standingOf} from '../store/containers.ts';
import type {Store} from '../store/store.ts';
import {askForLayer} from './live.ts';

/** What a container changed of its image; of one that runs, so far. Rejects with a UsageError if nobody knows. */
export async function layerOf({id, name}: Pick<ContainerRecord, 'id' | 'name'>, store: Store): Promise<Layer> {
	const {state, record: {socket, end} = {}} = await standingOf(id, store);
	if (end) return end.layer;
	if (state === 'running') {
		if (socket === undefined) throw stillRuns(name);
		return askForLayer(join(store.root, 'tmp', basename(socket)), name);
	}
	throw new UsageError('CONTAINER_LOST', `of the container ${name} nothing was kept`, {
		notes: ['it was killed together with strata run'],
		help: [`forget it: strata rm ${name}`],
	});
}

/** What has to wait for the end of a container. */
export function stillRuns(name: string): UsageError {
	return new UsageError('CONTAINER_RUNS', `the container ${name} is running`, {
		help: [`end its program first: strata stop ${name}`],
	});
}
