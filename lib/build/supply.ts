import type {DiffID} from '../oci/digest.ts';
import type {Toc} from '../tree/toc.ts';
import {allLayers, type Files, type StackedLayer} from './files.ts';

/** Layers that a build knows of before they are in its store: each is fetched when somebody needs its bytes, or never. */
export interface Supply {
	/** How to bring a layer into the store. The first offer counts. */
	offer(diffID: DiffID, fetch: () => Promise<void>): void;
	/** How to come by the TOC of a layer without the layer. It answers undefined if it cannot. The first offer counts. */
	offerToc(diffID: DiffID, read: () => Promise<Toc | undefined>): void;
	/** Brings those of the layers that were offered into the store, each once. */
	fetch(diffIDs: readonly DiffID[]): Promise<void>;
	/** The TOC of a layer, if one was offered; read once. */
	toc(diffID: DiffID): Promise<Toc | undefined>;
}

export function supply(): Supply {
	const layers = new Map<DiffID, () => Promise<void>>();
	const tocs = new Map<DiffID, () => Promise<Toc | undefined>>();
	return {
		offer(diffID, fetch) {
			if (!layers.has(diffID)) layers.set(diffID, once(fetch));
		},
		offerToc(diffID, read) {
			if (!tocs.has(diffID)) tocs.set(diffID, once(read));
		},
		async fetch(diffIDs) {
			const fetching = [...new Set(diffIDs)].map(diffID => layers.get(diffID)?.());
			await Promise.allSettled(fetching);
			await Promise.all(fetching);
		},
		async toc(diffID) {
			return tocs.get(diffID)?.();
		},
	};
}

/** All layers of a stack, once they are packed and in the store. */
export async function layersAtHand(files: Files, {supply}: {readonly supply: Supply}): Promise<StackedLayer[]> {
	const layers = await allLayers(files);
	await supply.fetch(layers.map(({diffID}) => diffID));
	return layers;
}

function once<T>(action: () => Promise<T>): () => Promise<T> {
	let result: Promise<T> | undefined;
	return () => {
		result ??= action();
		return result;
	};
}
