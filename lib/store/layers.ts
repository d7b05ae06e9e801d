import {hexOf} from '../oci/digest.ts';
import type {LayerRecord, Store} from './store.ts';

/** Adds what is newly known of a layer to its record; other encoders' blobs and earlier facts stay. Safe against other processes. */
export async function recordLayer(store: Store, known: LayerRecord): Promise<LayerRecord> {
	const key = hexOf(known.diffID);
	await using _ = await store.lock(`layers/${key}`);
	const records = store.records<LayerRecord>('layers');
	const before = records.get(key);
	const after = {...before, ...known, blobs: {...before?.blobs, ...known.blobs}};
	if (JSON.stringify(after) !== JSON.stringify(before)) records.put(key, after);
	return after;
}
