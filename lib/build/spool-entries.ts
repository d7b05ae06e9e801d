import {rmSync} from 'node:fs';
import {spoolContents} from '../layer/spool.ts';
import type {DiffID} from '../oci/digest.ts';
import type {Store} from '../store/store.ts';
import type {Entry} from '../tree/entry.ts';
import {blobOf, byLayer, isInLayer} from './in-layers.ts';
import type {Supply} from './supply.ts';

/** Entries whose contents all lie in files, and the temporary files among these. */
export interface Spooled {
	readonly entries: readonly Entry[];
	readonly temporary: readonly string[];
}

/** Copies the contents that lie in layers to files: one pass over each layer, whatever is wanted of it. */
export async function spoolEntries(
	entries: readonly Entry[],
	{store, supply}: {readonly store: Store; readonly supply: Supply},
): Promise<Spooled> {
	const wanted = byLayer(entries.filter(isInLayer));
	await supply.fetch([...wanted.keys()]);
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
