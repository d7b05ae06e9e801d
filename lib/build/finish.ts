import {type ImageDraft, imageConfig} from '../image/draft.ts';
import {imageManifest} from '../image/manifest.ts';
import {type DiffID, type Digest, hexOf} from '../oci/digest.ts';
import type {Descriptor, Layer} from '../oci/image.ts';
import {ociConfig, ociManifest} from '../oci/media-types.ts';
import type {Builder} from './builder.ts';
import {allLayers} from './files.ts';
import type {Origin, StageState} from './step.ts';

/** An image that is in the store. */
export interface WrittenImage {
	/** Of the manifest. */
	readonly descriptor: Descriptor;
	/** Digest of the config: what podman and docker call IMAGE ID. */
	readonly id: Digest;
	readonly layers: readonly Layer[];
	/** Bytes as stored: manifest, config and layers. */
	readonly size: number;
}

/** `provenance` records, by the hex of a manifest's digest: what the manifest itself does not say. */
export interface Provenance {
	readonly base?: {readonly name: string; readonly digest: Digest};
	readonly steps: readonly {readonly diffID: DiffID; readonly number: string; readonly text: string}[];
}

/** Writes config and manifest of a state, once its layers are packed, and gives it its names; without one it is kept unnamed. */
export async function writeImage(
	{draft, files, origin}: StageState,
	names: readonly string[],
	{store, request}: Pick<Builder, 'store' | 'request'>,
): Promise<WrittenImage> {
	const layers = await allLayers(files);
	const config = store.blobs.add(json(finishedConfig(draft, layers, request.labels)), ociConfig);
	const manifest = imageManifest(config, layers);
	const descriptor = store.blobs.add(json(manifest), ociManifest);
	store.records<Provenance>('provenance').put(hexOf(descriptor.digest), provenance(origin, layers));
	if (names.length === 0) await store.images.tag(descriptor);
	for (const name of names) await store.images.tag(descriptor, name);
	const size = [descriptor, config, ...manifest.layers].reduce((sum, blob) => sum + blob.size, 0);
	return {
		descriptor,
		id: config.digest,
		layers: layers.map(({diffID}, at) => layerAt(manifest.layers, at, diffID)),
		size,
	};
}

function finishedConfig(draft: ImageDraft, layers: readonly Layer[], labels: Readonly<Record<string, string>>) {
	return imageConfig(
		draft,
		layers.map(layer => layer.diffID),
		labels,
	);
}

function layerAt(descriptors: readonly Descriptor[], at: number, diffID: DiffID): Layer {
	const descriptor = descriptors[at];
	if (!descriptor) throw new Error(`The manifest has no layer ${at}`);
	return {descriptor, diffID};
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
