import {inForm} from '../export/form.ts';
import {contentsOf, layersOf, readManifest} from '../export/image.ts';
import {annotated} from '../image/annotations.ts';
import {imageConfig} from '../image/draft.ts';
import {imageIndex, indexedPlatform} from '../image/image-index.ts';
import {imageManifest} from '../image/manifest.ts';
import {type DiffID, type Digest, hexOf} from '../oci/digest.ts';
import type {Descriptor, Layer} from '../oci/image.ts';
import {ociConfig, ociIndex, ociManifest} from '../oci/media-types.ts';
import type {Platform} from '../oci/platform.ts';
import type {Store} from '../store/store.ts';
import type {Attest} from './attest.ts';
import type {Builder} from './builder.ts';
import type {BuiltPlatform} from './stage.ts';
import type {Origin} from './step.ts';
import {layersAtHand} from './supply.ts';

/** What a build left in the store: one image, or an index of several. */
export interface WrittenImages {
	/** Of the manifest, or of the index. */
	readonly descriptor: Descriptor;
	/** One for each platform. */
	readonly images: readonly WrittenImage[];
	/** Bytes as stored: what images share counts once. */
	readonly size: number;
}

/** An image of one platform that is in the store. */
export interface WrittenImage {
	/** Of the manifest. */
	readonly descriptor: Descriptor;
	readonly config: Descriptor;
	/** As the index says it, or else as its config does. */
	readonly platform: Platform;
	readonly layers: readonly Layer[];
	/** Bytes as stored: manifest, config and layers. */
	readonly size: number;
}

/** `provenance` records, by the hex of a manifest's digest: what the manifest itself does not say. */
export interface Provenance {
	readonly base?: {readonly name: string; readonly digest: Digest};
	readonly steps: readonly {readonly diffID: DiffID; readonly number: string; readonly text: string}[];
}

type Writing = Pick<Builder, 'store' | 'supply' | 'request' | 'exports' | 'signal'>;

/**
 * Writes what was built, once its layers are packed, in the form that was asked for, and gives it its names; with none it is
 * kept unnamed, with undefined it is not kept.
 */
export async function writeImages(
	built: readonly BuiltPlatform[],
	names: readonly string[] | undefined,
	{attest, ...builder}: Writing & {readonly attest: Attest | undefined},
): Promise<WrittenImages> {
	const images = await Promise.all(built.map(one => writeImage(one, builder)));
	const {store, request, signal} = builder;
	const [only] = images;
	const statements = (await attest?.(images, built)) ?? [];
	const {descriptor, size} =
		only && !request.isIndex ? only : await writeIndex(images, statements, {store, request, signal});
	if (names) await nameImage(descriptor, names, store);
	return {descriptor, images, size};
}

/** Writes config and manifest of one platform. */
export async function writeImage(
	{platform, state: {draft, files, origin}}: BuiltPlatform,
	{store, supply, request, exports, signal}: Writing,
): Promise<WrittenImage> {
	const {annotations, form, isIndex} = request;
	const {blobs} = store;
	const packed = await layersAtHand(files, {supply});
	const diffIDs = packed.map(layer => layer.diffID);
	const finished = imageConfig(draft, diffIDs, request);
	const stored = blobs.add(json({...finished, ...exports?.inline()}), ociConfig);
	const manifest = annotated(imageManifest(stored, packed), 'manifest', annotations, platform);
	const formed = await inForm(blobs.add(json(manifest), ociManifest), form, {store, signal});
	const descriptor = annotated<Descriptor>(formed, 'manifest-descriptor', annotations, platform);
	const [{config}, layers] = await Promise.all([readManifest(descriptor, blobs), layersOf(descriptor, blobs)]);
	store.records<Provenance>('provenance').put(hexOf(descriptor.digest), provenance(origin, layers));
	return {
		descriptor,
		config,
		platform: isIndex ? indexedPlatform(platform, finished) : draft.platform,
		layers,
		size: sizeOf([descriptor, config, ...layers.map(layer => layer.descriptor)]),
	};
}

/** Gives a manifest or index its names; without one it is kept unnamed. */
async function nameImage(descriptor: Descriptor, names: readonly string[], {images}: Store): Promise<void> {
	if (names.length === 0) await images.tag(descriptor);
	for (const name of names) await images.tag(descriptor, name);
}

/** In the order of the images; what is stated of them comes after. */
async function writeIndex(
	images: readonly WrittenImage[],
	statements: readonly Descriptor[],
	{store, signal, request: {annotations, form}}: Pick<Builder, 'store' | 'request' | 'signal'>,
): Promise<Pick<WrittenImages, 'descriptor' | 'size'>> {
	const manifests = images.map(({descriptor, platform}) => ({...descriptor, platform}));
	const index = annotated(imageIndex([...manifests, ...statements]), 'index', annotations);
	const formed = await inForm(store.blobs.add(json(index), ociIndex), form, {store, signal});
	const descriptor = annotated<Descriptor>(formed, 'index-descriptor', annotations);
	return {descriptor, size: sizeOf(await contentsOf(descriptor, store.blobs))};
}

function sizeOf(blobs: readonly Descriptor[]): number {
	return blobs.reduce((sum, {size}) => sum + size, 0);
}

function provenance(origin: Origin, layers: readonly Layer[]): Provenance {
	const steps = origin.steps.flatMap(({layer, number, text}) => {
		const diffID = layers[layer]?.diffID;
		return diffID ? [{diffID, number, text}] : [];
	});
	return {...(origin.base ? {base: origin.base} : {}), steps};
}

function json(value: unknown): Uint8Array {
	return Buffer.from(JSON.stringify(value));
}
