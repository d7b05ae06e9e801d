import {type DiffID, hexOf} from '../oci/digest.ts';
import type {Descriptor, Layer} from '../oci/image.ts';
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

/** What stands for an encoder where a blob came from elsewhere, as it is. */
const origins = new Set(['registry', 'archive', 'checked']);

/** Whether an encoder of ours made a blob of this layer: it is no layer of somebody else's image. */
export function isPackedHere(store: Store, diffID: DiffID): boolean {
	const blobs = store.records<LayerRecord>('layers').get(hexOf(diffID))?.blobs ?? {};
	return Object.keys(blobs).some(encoder => !origins.has(encoder));
}

/** Who says that a blob unpacks to the layer: we, who made or read it; a cache, as it says what its steps made; the config of an image, whoever wrote it. */
export type Witness = 'ourselves' | 'cache' | 'config';

/** From the best on. */
const witnesses: readonly Witness[] = ['ourselves', 'cache', 'config'];

/** The blob of a layer that is in the store, by the best witness; `worst` is the one that will do. */
export function storedBlob(store: Store, diffID: DiffID, worst: Witness = 'config'): Descriptor | undefined {
	const blobs = Object.entries(store.records<LayerRecord>('layers').get(hexOf(diffID))?.blobs ?? {});
	const here = blobs.filter(([, {digest, size}]) => store.blobs.has(digest, size));
	const enough = witnesses.slice(0, witnesses.indexOf(worst) + 1);
	return enough.flatMap(witness => here.find(([encoder]) => witnessOf(encoder) === witness)?.[1] ?? [])[0];
}

function witnessOf(encoder: string): Witness {
	if (encoder === 'registry' || encoder === 'archive') return 'config';
	return encoder === 'cache' ? 'cache' : 'ourselves';
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
