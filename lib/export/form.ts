import {collect} from '../bytes.ts';
import {StoreError, UsageError} from '../errors.ts';
import {checkEncoding, highestLevel} from '../layer/encoding.ts';
import {digestOf} from '../oci/digest.ts';
import type {Descriptor, Index, Layer, Manifest} from '../oci/image.ts';
import {
	dockerManifest,
	isImageConfig,
	isIndex,
	type MediaTypes,
	mediaTypeIn,
	ociLayerZstd,
} from '../oci/media-types.ts';
import {parseIndex} from '../oci/parse.ts';
import {isNowhere} from '../oci/platform.ts';
import type {Store} from '../store/store.ts';
import {layersOf, readConfig, readManifest} from './image.ts';
import type {LayerForm} from './recompressed.ts';
import {restated} from './restate.ts';

/** What an image is to be like where it goes. What is absent stays as it is. */
export interface ImageForm extends LayerForm {
	/** The names that manifest, config and layers go by. `docker`: those of its image manifest, version 2, schema 2. */
	readonly mediaTypes?: MediaTypes;
}

/** What of `options` is about the form. */
export function formOf({mediaTypes, compression, compressionLevel, forceCompression}: ImageForm): ImageForm {
	return {
		...(mediaTypes === undefined ? {} : {mediaTypes}),
		...(compression === undefined ? {} : {compression}),
		...(compressionLevel === undefined ? {} : {compressionLevel}),
		...(forceCompression === undefined ? {} : {forceCompression}),
	};
}

/** A form that can be made; rejects one that cannot with a UsageError, or a MachineError if it is this Node that cannot. */
export function checkForm<Form extends ImageForm>(form: Form): Form {
	const {mediaTypes, compression = 'gzip', compressionLevel: level} = form;
	const highest = highestLevel[compression];
	if (level !== undefined && (level < 0 || level > highest)) {
		throw new UsageError('COMPRESSION_LEVEL', `${compression} has no compression level ${level}`, {
			help: [highest === 0 ? 'leave it out' : `from 0 to ${highest}: --compression-level ${Math.ceil(highest / 2)}`],
		});
	}
	if (mediaTypes === 'docker' && compression === 'zstd') throw noMediaType(ociLayerZstd);
	checkEncoding({compression, level});
	return form;
}

/** Where images get another form, and until when. */
export interface FormPlace {
	readonly store: Store;
	/** Stops what is compressed otherwise: nothing half-written stays. */
	readonly signal?: AbortSignal;
}

/**
 * The image, or the index of several, in another form; manifests that are not of images stay, but for the
 * digests of images in attestations. What is new is put into the store's blobs, without a name. An image that has the form already is answered as it is.
 */
export async function inForm(root: Descriptor, form: ImageForm, place: FormPlace): Promise<Descriptor> {
	if (Object.values(form).every(value => value === undefined)) return root;
	return isIndex(root.mediaType) ? indexInForm(root, form, place) : manifestInForm(root, form, place);
}

async function indexInForm(root: Descriptor, form: ImageForm, place: FormPlace): Promise<Descriptor> {
	const {store} = place;
	const index = parseIndex(await collect(store.blobs.open(root)));
	if (!index) throw new StoreError('NOT_A_MANIFEST', `${root.digest} is not an image index`);
	const formed = await Promise.all(
		index.manifests.map(async child => [child.digest, await inForm(child, form, place)] as const),
	);
	const renamed = formed.map(([before, {digest}]) => ({before, after: digest}));
	const children = formed.map(([, child]) => child);
	const manifests = await restated(children, renamed, store.blobs);
	return added(root, {...index, manifests}, {store, types: form.mediaTypes});
}

async function manifestInForm(root: Descriptor, form: ImageForm, place: FormPlace): Promise<Descriptor> {
	const {store} = place;
	const manifest = await readManifest(root, store.blobs);
	if (!isOfImage(root, manifest)) return root;
	const types = form.mediaTypes ?? (root.mediaType === dockerManifest ? 'docker' : 'oci');
	const {layerInForm} = await import('./recompressed.ts');
	const before = await layersOf(root, store.blobs);
	const layers: Layer[] = [];
	for (const layer of before) layers.push(await layerInForm(layer, form, place));
	const config = await configFor(manifest.config, {before, layers}, store);
	const renamed = {
		...manifest,
		config: named(config, types),
		layers: layers.map(({descriptor}) => named(descriptor, types)),
	};
	return added(root, renamed, {store, types});
}

/** A config names the diffIDs, which eStargz changes. */
async function configFor(
	descriptor: Descriptor,
	{before, layers}: {readonly before: readonly Layer[]; readonly layers: readonly Layer[]},
	{blobs}: Store,
): Promise<Descriptor> {
	if (layers.every(({diffID}, at) => diffID === before[at]?.diffID)) return descriptor;
	const config = await readConfig(descriptor, blobs);
	const rootfs = {...config.rootfs, diff_ids: layers.map(({diffID}) => diffID)};
	return blobs.add(Buffer.from(JSON.stringify({...config, rootfs})), descriptor.mediaType);
}

function isOfImage({platform}: Descriptor, {config}: Manifest): boolean {
	return !isNowhere(platform) && isImageConfig(config.mediaType);
}

/** `document` in the place of `root`, in the store. */
function added(
	root: Descriptor,
	document: Index | Manifest,
	{store, types}: {readonly store: Store; readonly types: MediaTypes | undefined},
): Descriptor {
	const {mediaType} = named(root, types);
	const bytes = Buffer.from(JSON.stringify({...document, mediaType}));
	if (digestOf(bytes) === root.digest) return root;
	return {...root, ...store.blobs.add(bytes, mediaType)};
}

function named(descriptor: Descriptor, types: MediaTypes | undefined): Descriptor {
	const mediaType = types ? mediaTypeIn(types, descriptor.mediaType) : descriptor.mediaType;
	if (mediaType !== undefined) return {...descriptor, mediaType};
	throw noMediaType(descriptor.mediaType);
}

function noMediaType(mediaType: string): UsageError {
	return new UsageError('NO_MEDIA_TYPE', `docker's media types have none for ${mediaType}`, {
		help: ['keep the OCI media types: --format oci'],
	});
}
