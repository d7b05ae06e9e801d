import type {DiffID} from '../oci/digest.ts';
import {storedBlob} from '../store/layers.ts';
import type {Store} from '../store/store.ts';
import type {Entry} from '../tree/entry.ts';

/** A file whose content lies in a layer. */
export type InLayer = Entry & {
	readonly content: {readonly from: 'layer'; readonly diffID: DiffID; readonly offset: number};
};

export function isInLayer(entry: Entry): entry is InLayer {
	return entry.content?.from === 'layer';
}

/** Files by the layers that hold their contents. */
export function byLayer(entries: readonly InLayer[]): ReadonlyMap<DiffID, readonly InLayer[]> {
	const groups = new Map<DiffID, InLayer[]>();
	for (const entry of entries) {
		const group = groups.get(entry.content.diffID);
		if (group) group.push(entry);
		else groups.set(entry.content.diffID, [entry]);
	}
	return groups;
}

/** Where a layer's blob lies, in whatever compression it is there. */
export function blobOf(diffID: DiffID, store: Store): string {
	const blob = storedBlob(store, diffID);
	if (!blob) throw new Error(`The layer ${diffID} is not in the store`);
	return store.blobs.pathOf(blob.digest);
}
