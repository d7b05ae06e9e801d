import {collect} from '../bytes.ts';
import {StoreError} from '../errors.ts';
import type {BlobSource} from '../oci/blobs.ts';
import {childrenOf} from '../oci/copy.ts';
import type {Descriptor, Manifest} from '../oci/image.ts';
import {isIndex, isManifest} from '../oci/media-types.ts';
import {parseManifest} from '../oci/parse.ts';

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

/** The manifest that `descriptor` names. */
export async function readManifest(descriptor: Descriptor, source: BlobSource): Promise<Manifest> {
	const manifest = parseManifest(await collect(source.open(descriptor)));
	if (manifest) return manifest;
	throw new StoreError('NOT_A_MANIFEST', `${descriptor.digest} is not the manifest of an image`);
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
