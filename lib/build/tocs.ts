import {type FindToc, treeOfLayers} from '../export/layer-tocs.ts';
import type {Store} from '../store/store.ts';
import type {Tree} from '../tree/tree.ts';
import {allLayers, type Files} from './files.ts';
import type {Supply} from './supply.ts';

/** Where TOCs are kept, and what is known of others. */
interface Place {
	readonly store: Store;
	readonly supply: Supply;
}

const trees = new WeakMap<Files['layers'], Promise<Tree>>();

/** The merged tree of a stack, made once. Reading the TOC of a base's layer for the first time reads the layer. */
export function treeOf(files: Files, {store, supply}: Place): Promise<Tree> {
	const made = trees.get(files.layers);
	if (made) return made;
	const tree = allLayers(files).then(layers => treeOfLayers(layers, {store, find: offered(supply)}));
	trees.set(files.layers, tree);
	return tree;
}

/** Where the store has no TOC, one that is offered serves, which is not kept; else the layer is fetched to be read. */
function offered(supply: Supply): FindToc {
	return async ({diffID}) => {
		const toc = await supply.toc(diffID);
		if (!toc) await supply.fetch([diffID]);
		return toc;
	};
}
