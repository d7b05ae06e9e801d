import {rmSync} from 'node:fs';
import {spoolContents} from '../layer/spool.ts';
import {type DiffID, hexOf} from '../oci/digest.ts';
import type {Layer} from '../oci/image.ts';
import type {LayerRecord, Store} from '../store/store.ts';
import type {Entry} from '../tree/entry.ts';

/** Entries whose contents all lie in files, and the temporary files among these. */
export interface Spooled {
	readonly entries: readonly Entry[];
	readonly temporary: readonly string[];
}

/** Copies the contents that lie in layers to files: one pass over each layer, whatever is wanted of it. */
export async function spoolEntries(entries: readonly Entry[], store: Store): Promise<Spooled> {
	const wanted = byLayer(entries.filter(isInLayer));
	const places = new Map<DiffID, {readonly path: string; readonly at: ReadonlyMap<number, number>}>();
	const temporary: string[] = [];
	try {
		for (const [diffID, files] of wanted) {
			const path = store.temporary();
			temporary.push(path);
			const ranges = files.map(({content, size}) => ({offset: content.offset, size}));
			places.set(diffID, {path, at: await spoolContents(blobOf(diffID, store), ranges, path)});
		}
	} catch (error) {
		for (const path of temporary) rmSync(path, {force: true});
		throw error;
	}
	const moved = entries.map(entry => {
		if (!isInLayer(entry)) return entry;
		const place = places.get(entry.content.diffID);
		const offset = place?.at.get(entry.content.offset);
		if (!place || offset === undefined) throw new Error(`The content of ${entry.path} was not spooled`);
		return {...entry, content: {from: 'file', path: place.path, offset} as const};
	});
	return {entries: moved, temporary};
}

type InLayer = Entry & {readonly content: {readonly from: 'layer'; readonly diffID: DiffID; readonly offset: number}};

function isInLayer(entry: Entry): entry is InLayer {
	return entry.content?.from === 'layer';
}

function byLayer(entries: readonly InLayer[]): ReadonlyMap<DiffID, readonly InLayer[]> {
	const groups = new Map<DiffID, InLayer[]>();
	for (const entry of entries) {
		const group = groups.get(entry.content.diffID);
		if (group) group.push(entry);
		else groups.set(entry.content.diffID, [entry]);
	}
	return groups;
}

function blobOf(diffID: DiffID, store: Store): string {
	const blobs: Layer['descriptor'][] = Object.values(
		store.records<LayerRecord>('layers').get(hexOf(diffID))?.blobs ?? {},
	);
	const found = blobs.find(({digest, size}) => store.blobs.has(digest, size));
	if (!found) throw new Error(`The layer ${diffID} is not in the store`);
	return store.blobs.pathOf(found.digest);
}
