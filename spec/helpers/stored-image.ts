import {gzipSync} from 'node:zlib';
import {collect} from '../../lib/bytes.ts';
import {archive, inMemory} from '../../lib/layer/archive.ts';
import {encoderName} from '../../lib/layer/encoder.ts';
import {packLayer} from '../../lib/layer/pack.ts';
import {type DiffID, digestOf, hexOf} from '../../lib/oci/digest.ts';
import type {Descriptor, History, ImageConfig, Layer, Manifest} from '../../lib/oci/image.ts';
import {ociConfig, ociIndex, ociLayerGzip, ociManifest} from '../../lib/oci/media-types.ts';
import {type Platform, parsePlatform} from '../../lib/oci/platform.ts';
import {adoptLayer} from '../../lib/store/layers.ts';
import type {LayerRecord, Store} from '../../lib/store/store.ts';
import type {Entry} from '../../lib/tree/entry.ts';

/** Files of a layer by path: every tool can unpack it. */
export type Files = Readonly<Record<string, string>>;

export interface ImageParts {
	readonly layers?: readonly Layer[];
	readonly history?: readonly History[];
	readonly config?: ImageConfig['config'];
	readonly created?: string;
	readonly platform?: string;
}

export interface StoredParts {
	readonly descriptor: Descriptor;
	readonly manifest: Manifest;
	readonly config: ImageConfig;
}

/** Puts a gzipped layer of these files into a store, with its record. */
export async function storeLayer(store: Store, files: Files): Promise<Layer> {
	const entries = Object.entries(files).map(([name, text]) => ({name, content: inMemory(Buffer.from(text))}));
	const tar = await collect(archive(entries));
	const diffID = digestOf(tar) as string as DiffID;
	const descriptor = store.blobs.add(gzipSync(tar), ociLayerGzip);
	const unpacked = Object.values(files).join('').length;
	const record: LayerRecord = {diffID, blobs: {test: descriptor}, unpacked, files: entries.length};
	store.records<LayerRecord>('layers').put(hexOf(diffID), record);
	store.records('tocs').put(hexOf(diffID), []);
	return {descriptor, diffID};
}

/** Puts a layer of these entries into a store, packed as builds pack it. */
export async function storeEntries(store: Store, entries: readonly Entry[]): Promise<Layer> {
	const draft = store.temporary();
	const [blob, toc] = [`${draft}.blob`, `${draft}.toc`];
	const packed = await packLayer({source: {entries}, blob, toc});
	await adoptLayer(store, {...packed, encoder: encoderName(), blob, toc});
	return packed.layer;
}

/** Puts config and manifest of an image into a store; it has no name yet. */
export function storeImage(store: Store, parts: ImageParts = {}): StoredParts {
	const {layers = [], history, config, created, platform = 'linux/amd64'} = parts;
	const document: ImageConfig = {
		...(created ? {created} : {}),
		...platformOf(platform),
		config: config ?? {Cmd: ['/hello']},
		rootfs: {type: 'layers', diff_ids: layers.map(({diffID}) => diffID)},
		history: history ?? layers.map((_, at) => ({created: '2026-01-02T03:04:05Z', created_by: `COPY file${at} /`})),
	};
	const manifest: Manifest = {
		schemaVersion: 2,
		mediaType: ociManifest,
		config: store.blobs.add(json(document), ociConfig),
		layers: layers.map(({descriptor}) => descriptor),
	};
	return {descriptor: store.blobs.add(json(manifest), ociManifest), manifest, config: document};
}

/** Puts an index of images by their platforms into a store. */
export function storeIndex(store: Store, images: Readonly<Record<string, StoredParts>>): Descriptor {
	const manifests = Object.entries(images).map(([platform, {descriptor}]) => ({
		...descriptor,
		platform: platformOf(platform),
	}));
	return store.blobs.add(json({schemaVersion: 2, mediaType: ociIndex, manifests}), ociIndex);
}

function platformOf(text: string): Platform {
	const platform = parsePlatform(text);
	if (!platform) throw new TypeError(`${text} is no platform`);
	return platform;
}

function json(value: unknown): Buffer {
	return Buffer.from(JSON.stringify(value));
}
