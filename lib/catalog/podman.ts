import {type PodmanWay, podmanWay} from '../export/podman.ts';
import type {CatalogOptions} from './catalog.ts';
import {withStore} from './open.ts';

/** How podman of this machine can run an image of the store; undefined where there is no podman. It is asked for its version once for each version. */
export function podmanRuns(options: CatalogOptions = {}): Promise<PodmanWay | undefined> {
	return withStore(options, store => podmanWay(store));
}
