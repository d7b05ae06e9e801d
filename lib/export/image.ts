import {collect} from '../bytes.ts';
import {StoreError} from '../errors.ts';
import type {BlobSource} from '../oci/blobs.ts';
import {childrenOf} from '../oci/copy.ts';
import type {Descriptor, Layer, Manifest} from '../oci/image.ts';
import {isIndex, isManifest} from '../oci/media-types.ts';
import {parseConfig, parseManifest, type StoredConfig} from '../oci/parse.ts';
import type {BlobStore} from '../store/store.ts';

/** A finished image on its way out of the store. */
export interface ExportedImage {
	/** Of its manifest, or of an index of several platforms. */
	readonly descriptor: Descriptor;
	/** As `familiarName` writes them: `redis:latest`. None: it goes out without a name. */
	readonly names: readonly string[];
}

/**
 * Every blob that `root` consists of and `isWanted` does not leave out, each once: what names others before what it
 * names. Rejects if a wanted manifest or index is not there or not what its digest says; configs and layers are not
 * opened.
 */
export async function contentsOf(
	root: Descriptor,
	source: BlobSource,
	isWanted: (descriptor: Descriptor) => boolean = () => true,
): Promise<readonly Descriptor[]> {
	const found = new Map<string, Descriptor>();
	const visit = async (descriptor: Descriptor): Promise<void> => {
		if (found.has(descriptor.digest) || !isWanted(descriptor)) return;
		found.set(descriptor.digest, descriptor);
		if (!isIndex(descriptor.mediaType) && !isManifest(descriptor.mediaType)) return;
		for (const child of childrenOf(descriptor, await collect(source.open(descriptor)))) await visit(child);
	};
	await visit(root);
	return [...found.values()];
}

/** The same, but that of an index whole images may be missing, though not all: what was loaded so can leave so. */
export async function contentsThere(root: Descriptor, blobs: BlobStore): Promise<readonly Descriptor[]> {
	const isDocument = ({mediaType}: Descriptor) => isIndex(mediaType) || isManifest(mediaType);
	const isWanted = (one: Descriptor) => one === root || !isDocument(one) || blobs.has(one.digest);
	const contents = await contentsOf(root, blobs, isWanted);
	return contents.some(({mediaType}) => isManifest(mediaType)) ? contents : contentsOf(root, blobs);
}

/** Every blob of several images that is there, each once. */
export async function contentsOfAll(
	images: readonly ExportedImage[],
	blobs: BlobStore,
): Promise<readonly Descriptor[]> {
	const contents = await Promise.all(images.map(({descriptor}) => contentsThere(descriptor, blobs)));
	return [...new Map(contents.flat().map(descriptor => [descriptor.digest, descriptor])).values()];
}

/** The manifest that `descriptor` names. */
export async function readManifest(descriptor: Descriptor, source: BlobSource): Promise<Manifest> {
	const manifest = parseManifest(await collect(source.open(descriptor)));
	if (manifest) return manifest;
	throw new StoreError('NOT_A_MANIFEST', `${descriptor.digest} is not the manifest of an image`);
}

/** The config that `descriptor` names. */
export async function readConfig(descriptor: Descriptor, source: BlobSource): Promise<StoredConfig> {
	const config = parseConfig(await collect(source.open(descriptor)));
	if (config) return config;
	throw new StoreError('NOT_A_CONFIG', `${descriptor.digest} is not the config of an image`);
}

/** The layers of the image whose manifest `descriptor` names, the lowest first. */
export async function layersOf(descriptor: Descriptor, source: BlobSource): Promise<readonly Layer[]> {
	const manifest = await readManifest(descriptor, source);
	const {diff_ids: diffIDs} = (await readConfig(manifest.config, source)).rootfs;
	if (diffIDs.length !== manifest.layers.length) {
		throw new StoreError('NOT_A_CONFIG', `${manifest.config.digest} does not fit the layers of its image`);
	}
	return manifest.layers.map((layer, at) => ({descriptor: layer, diffID: diffIDs[at] as Layer['diffID']}));
}

/** The manifests of single images at or below `root`, in the order of the index. */
export async function manifestsOf(
	root: Descriptor,
	source: BlobSource,
	isWanted?: (descriptor: Descriptor) => boolean,
): Promise<readonly Descriptor[]> {
	const contents = await contentsOf(root, source, isWanted);
	return contents.filter(({mediaType}) => isManifest(mediaType));
}
