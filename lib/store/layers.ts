import {hexOf} from '../oci/digest.ts';
import type {Layer} from '../oci/image.ts';
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

/** A layer that was just packed into temporary files. */
export interface NewLayer extends Pick<LayerRecord, 'content' | 'unpacked' | 'files'> {
	readonly layer: Layer;
	/** Names what made the blob. */
	readonly encoder: string;
	/** Paths of the finished files. */
	readonly blob: string;
	readonly toc: string;
}

/** Takes over a new layer: TOC and blob first, then the record that names them. */
export async function adoptLayer(
	store: Store,
	{layer, encoder, blob, toc, content, unpacked, files}: NewLayer,
): Promise<void> {
	const {diffID, descriptor} = layer;
	store.records('tocs').adopt(hexOf(diffID), toc);
	store.blobs.adopt(blob, descriptor.digest);
	const facts = {
		...(content && {content}),
		...(unpacked !== undefined && {unpacked}),
		...(files !== undefined && {files}),
	};
	await recordLayer(store, {diffID, blobs: {[encoder]: descriptor}, ...facts});
}
