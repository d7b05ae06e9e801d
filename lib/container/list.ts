import {withStore} from '../catalog/open.ts';
import {type ContainerRecord, containersKind, standingOf} from '../store/containers.ts';
import type {Store} from '../store/store.ts';
import type {ContainerOptions, ContainerSummary} from './options.ts';

/** The containers of a store, the newest first: those that run, with `all` also those that have ended. */
export function containers(
	options: ContainerOptions & {readonly all?: boolean} = {},
): Promise<readonly ContainerSummary[]> {
	return withStore(options, async store => {
		const found = await Promise.all(containerRecords(store).map(({id}) => summary(id, store)));
		const shown = found.flat().filter(({state}) => options.all || state === 'running');
		return shown.sort((one, other) => Date.parse(other.created) - Date.parse(one.created));
	});
}

export function containerRecords(store: Pick<Store, 'records'>): readonly ContainerRecord[] {
	const records = store.records<ContainerRecord>(containersKind);
	return records.keys().flatMap(key => records.get(key) ?? []);
}

/** None of a container that was removed meanwhile. */
async function summary(id: string, store: Store): Promise<readonly ContainerSummary[]> {
	const {state, record} = await standingOf(id, store);
	if (!record) return [];
	const {name, image, argv, created, end} = record;
	const shared = {id, name, image: image.name, argv, created, state};
	if (!end) return [shared];
	const {at, exitCode, layer} = end;
	return [{...shared, ended: at, exitCode, size: layer.descriptor.size}];
}
