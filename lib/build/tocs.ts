import {tocOf} from '../layer/layer-toc.ts';
import {hexOf} from '../oci/digest.ts';
import type {Layer} from '../oci/image.ts';
import type {Store} from '../store/store.ts';
import {mergeTocs} from '../tree/merge.ts';
import type {Toc} from '../tree/toc.ts';
import type {Tree} from '../tree/tree.ts';
import {allLayers, type Files} from './files.ts';

const trees = new WeakMap<Files['layers'], Promise<Tree>>();

/** The merged tree of a stack, made once. Reading the TOC of a base's layer for the first time reads the layer. */
export function treeOf(files: Files, store: Store): Promise<Tree> {
	const made = trees.get(files.layers);
	if (made) return made;
	const tree = allLayers(files).then(async layers =>
		mergeTocs(await Promise.all(layers.map(async layer => ({diffID: layer.diffID, toc: await readToc(layer, store)})))),
	);
	trees.set(files.layers, tree);
	return tree;
}

/** The TOC of one layer: kept by diffID, made by one pass over its blob where it is missing. */
async function readToc({descriptor, diffID}: Layer, store: Store): Promise<Toc> {
	const tocs = store.records<Toc>('tocs');
	const kept = tocs.get(hexOf(diffID));
	if (kept) return kept;
	const {toc} = await tocOf(store.blobs.pathOf(descriptor.digest), diffID);
	tocs.put(hexOf(diffID), toc);
	return toc;
}
