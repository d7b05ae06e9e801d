import {spoolContents} from '../layer/spool.ts';
import type {DiffID} from '../oci/digest.ts';
import type {Store} from '../store/store.ts';
import type {Entry} from '../tree/entry.ts';
import type {Selection} from '../tree/selection.ts';
import {blobOf, byLayer, isInLayer} from './in-layers.ts';
import type {Supply} from './supply.ts';

export interface Spooling {
	readonly store: Store;
	readonly supply: Supply;
	/** Gets the paths of the files that are made. */
	readonly temporary: string[];
}

/** The same selection, all contents in files: those that lie in layers are copied, in one pass over each layer, whatever is wanted of it. */
export async function spoolSelection(selection: Selection, {store, supply, temporary}: Spooling): Promise<Selection> {
	const wanted = byLayer(selection.sources.flatMap(({entries}) => entries.filter(isInLayer)));
	if (wanted.size === 0) return selection;
	await supply.fetch([...wanted.keys()]);
	const places = new Map<DiffID, {readonly path: string; readonly at: ReadonlyMap<number, number>}>();
	for (const [diffID, files] of wanted) {
		const path = store.temporary();
		temporary.push(path);
		const ranges = files.map(({content, size}) => ({offset: content.offset, size}));
		places.set(diffID, {path, at: await spoolContents(blobOf(diffID, store), ranges, path)});
	}
	const moved = (entry: Entry): Entry => {
		if (!isInLayer(entry)) return entry;
		const place = places.get(entry.content.diffID);
		const offset = place?.at.get(entry.content.offset);
		if (!place || offset === undefined) throw new Error(`The content of ${entry.path} was not spooled`);
		return {...entry, content: {from: 'file', path: place.path, offset}};
	};
	return {...selection, sources: selection.sources.map(source => ({...source, entries: source.entries.map(moved)}))};
}
