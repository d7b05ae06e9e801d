import {rmSync} from 'node:fs';
import type {LayerCompression, LayerEncoding} from '../layer/encoding.ts';
import {encodingName, recompress} from '../layer/recompress.ts';
import {tableDigest} from '../layer/stargz.ts';
import {hexOf} from '../oci/digest.ts';
import type {Descriptor, Layer} from '../oci/image.ts';
import {storeFailure} from '../store/failure.ts';
import {isPackedHere} from '../store/layers.ts';
import type {Store} from '../store/store.ts';
import type {FormPlace} from './form.ts';

/** How the layers of an image are to be compressed. */
export interface LayerForm {
	/** Default, if there is a level: `gzip`. */
	readonly compression?: LayerCompression;
	/** 0 to 9 for gzip and estargz, 1 to 22 for zstd. */
	readonly compressionLevel?: number;
	/** Also layers that strata did not make: those of bases. */
	readonly forceCompression?: boolean;
}

/** `recompressed` records, by the hex of a layer's diffID and the name of an encoding: the layer that it made. */
export const recompressedKind = 'recompressed';

/** The layer as a form wants it: what was recompressed once is found again, and what has the form already stays. */
export async function layerInForm(layer: Layer, form: LayerForm, place: FormPlace): Promise<Layer> {
	const {store, signal} = place;
	const encoding = encodingOf(form);
	if (!encoding || !isWanted(layer, form, store)) return layer;
	const key = `${hexOf(layer.diffID)}/${encodingName(encoding)}`;
	const records = store.records<Layer>(recompressedKind);
	const known = () => {
		const made = records.get(key);
		return made && store.blobs.has(made.descriptor.digest, made.descriptor.size) ? made : undefined;
	};
	const found = known();
	if (found) return found;
	await using _ = await store.lock(`${recompressedKind}/${key}`, signal ? {signal} : {});
	const meanwhile = known();
	if (meanwhile) return meanwhile;
	const made = await write(layer, encoding, place);
	records.put(key, made);
	return made;
}

function encodingOf({compression, compressionLevel: level}: LayerForm): LayerEncoding | undefined {
	if (compression === undefined && level === undefined) return undefined;
	return {compression: compression ?? 'gzip', level};
}

/** A level makes a difference to what is compressed so already. */
function isWanted({descriptor, diffID}: Layer, form: LayerForm, store: Store): boolean {
	const {compression = 'gzip', compressionLevel, forceCompression = false} = form;
	if (compressionOf(descriptor) === compression && compressionLevel === undefined) return false;
	return forceCompression || isPackedHere(store, diffID);
}

function compressionOf({mediaType, annotations = {}}: Descriptor): LayerCompression {
	if (tableDigest in annotations) return 'estargz';
	if (mediaType.endsWith('zstd')) return 'zstd';
	return mediaType.endsWith('gzip') ? 'gzip' : 'uncompressed';
}

async function write({descriptor, diffID}: Layer, encoding: LayerEncoding, {store, signal}: FormPlace): Promise<Layer> {
	const target = store.temporary();
	try {
		const made = await recompress({blob: store.blobs.pathOf(descriptor.digest), diffID}, encoding, target, signal);
		store.blobs.adopt(target, made.descriptor.digest);
		return made;
	} catch (error) {
		throw storeFailure(error, {root: store.root, doing: 'recompressing a layer'});
	} finally {
		rmSync(target, {force: true});
	}
}
