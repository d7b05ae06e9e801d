import {tocOf} from '../layer/layer-toc.ts';
import {hexOf} from '../oci/digest.ts';
import type {Layer} from '../oci/image.ts';
import type {Store} from '../store/store.ts';
import {mergeTocs} from '../tree/merge.ts';
import type {Toc} from '../tree/toc.ts';
import type {Tree} from '../tree/tree.ts';

/** Looks elsewhere for the TOC of a layer; the layer has to be in the store by then if it answers undefined. */
export type FindToc = (layer: Layer) => Promise<Toc | undefined>;

export interface ReadingTocs {
	readonly store: Store;
	/** Asked for what the store has no TOC of. */
	readonly find?: FindToc;
	/** Stops a pass over a blob. */
	readonly signal?: AbortSignal | undefined;
}

/** The merged files of layers of the store, the lowest first. */
export async function treeOfLayers(layers: readonly Layer[], reading: ReadingTocs): Promise<Tree> {
	const tocs = await Promise.all(layers.map(layer => readToc(layer, reading)));
	return mergeTocs(layers.map(({diffID}, at) => ({diffID, toc: tocs[at] ?? []})));
}

/** The TOC of one layer of the store: kept by diffID, made by one pass over its blob where it is missing. */
export async function readToc(layer: Layer, {store, find, signal}: ReadingTocs): Promise<Toc> {
	const {descriptor, diffID} = layer;
	const tocs = store.records<Toc>('tocs');
	const known = tocs.get(hexOf(diffID)) ?? (await find?.(layer));
	if (known) return known;
	const {toc} = await tocOf(store.blobs.pathOf(descriptor.digest), diffID, signal);
	tocs.put(hexOf(diffID), toc);
	return toc;
}
