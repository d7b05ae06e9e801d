import {collect} from '../bytes.ts';
import {StoreError} from '../errors.ts';
import {type Annotation, annotated} from '../image/annotations.ts';
import {attestedBy} from '../oci/attestation.ts';
import type {Descriptor, Manifest} from '../oci/image.ts';
import {isIndex} from '../oci/media-types.ts';
import {parseConfig, parseIndex} from '../oci/parse.ts';
import {normalizePlatform, type Platform} from '../oci/platform.ts';
import type {BlobStore} from '../store/store.ts';
import {type ExportedImage, readManifest} from './image.ts';
import {restated} from './restate.ts';

/**
 * The image with annotations besides those that it has: documents of its own, put into the store, that name the same
 * configs and layers.
 */
export async function annotate(
	{descriptor, names}: ExportedImage,
	annotations: readonly Annotation[],
	blobs: BlobStore,
): Promise<ExportedImage> {
	if (annotations.length === 0) return {descriptor, names};
	const annotateRoot = isIndex(descriptor.mediaType) ? annotateIndex : annotateManifest;
	return {descriptor: await annotateRoot(descriptor, annotations, blobs), names};
}

async function annotateManifest(
	named: Descriptor,
	annotations: readonly Annotation[],
	blobs: BlobStore,
): Promise<Descriptor> {
	const manifest = await readManifest(named, blobs);
	const said = named.platform ?? (await platformOf(manifest, blobs));
	const platform = said && normalizePlatform(said);
	const stored = blobs.add(json(annotated(manifest, 'manifest', annotations, platform)), named.mediaType);
	return annotated<Descriptor>({...named, ...stored}, 'manifest-descriptor', annotations, platform);
}

async function annotateIndex(
	named: Descriptor,
	annotations: readonly Annotation[],
	blobs: BlobStore,
): Promise<Descriptor> {
	const index = parseIndex(await collect(blobs.open(named)));
	if (!index) throw new StoreError('NOT_A_MANIFEST', `${named.digest} is not the index of an image`);
	const noted = await Promise.all(
		index.manifests.map(entry =>
			attestedBy(entry) === undefined ? annotateManifest(entry, annotations, blobs) : entry,
		),
	);
	const renamed = noted.map(({digest}, at) => ({before: index.manifests[at]?.digest ?? digest, after: digest}));
	const manifests = await restated(noted, renamed, blobs);
	const stored = blobs.add(json(annotated({...index, manifests}, 'index', annotations)), named.mediaType);
	return annotated<Descriptor>({...named, ...stored}, 'index-descriptor', annotations);
}

/** An image alone does not say its platform where it is named. */
async function platformOf({config}: Manifest, blobs: BlobStore): Promise<Platform | undefined> {
	const {os, architecture, variant} = parseConfig(await collect(blobs.open(config))) ?? {};
	return os && architecture ? {os, architecture, ...(variant ? {variant} : {})} : undefined;
}

function json(value: unknown): Uint8Array {
	return Buffer.from(JSON.stringify(value));
}
