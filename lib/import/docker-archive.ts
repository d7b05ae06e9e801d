import {imageManifest} from '../image/manifest.ts';
import {compressionOf} from '../layer/decompress.ts';
import {Malformed} from '../layer/errors.ts';
import {tocOf} from '../layer/layer-toc.ts';
import {type DiffID, digestOf} from '../oci/digest.ts';
import type {Descriptor, Layer} from '../oci/image.ts';
import {ociConfig, ociLayer, ociLayerGzip, ociLayerZstd, ociManifest} from '../oci/media-types.ts';
import {parseConfig} from '../oci/parse.ts';
import type {ArchiveFiles} from './archive-files.ts';
import type {FoundBlob, FoundImage} from './loading.ts';

/** The blob of a layer that is in the store already, and known to be it. */
export type KnownLayer = (diffID: DiffID) => Descriptor | undefined;

/**
 * The images of an archive of docker's own format (https://github.com/moby/moby/blob/master/image/spec/v1.2.md): a config and layers by
 * their paths, without a manifest, so they get one. Layers stay as they are, unless the store has them already. Throws
 * `Malformed` if a layer is missing or does not unpack to what the config says.
 */
export async function dockerImages(files: ArchiveFiles, known: KnownLayer): Promise<readonly FoundImage[]> {
	const entries = parseEntries(files.read('manifest.json'));
	const images: FoundImage[] = [];
	for (const {config, names, layers} of entries) {
		images.push({...(await imageOf({config: files.read(config), layers}, files, known)), names});
	}
	return images;
}

/** An image of a config, and of layers by their paths in the archive, the lowest first. */
export async function imageOf(
	{config: bytes, layers: paths}: {readonly config: Uint8Array; readonly layers: readonly string[]},
	files: ArchiveFiles,
	known: KnownLayer,
): Promise<Omit<FoundImage, 'names'>> {
	const diffIDs = parseConfig(bytes)?.rootfs.diff_ids;
	if (diffIDs?.length !== paths.length) throw new Malformed('it has a config that does not fit its layers');
	const layers: FoundLayer[] = [];
	for (const [at, path] of paths.entries()) layers.push(await foundLayer(path, diffIDs[at] as DiffID, {files, known}));
	const config = inMemory(bytes, ociConfig);
	const manifest = inMemory(Buffer.from(JSON.stringify(imageManifest(config.descriptor, layers))), ociManifest);
	return {
		descriptor: manifest.descriptor,
		blobs: [...layers.flatMap(({blob}) => blob ?? []), config, manifest],
		layers: layers.map(({descriptor, diffID}) => ({descriptor, diffID})),
		isChecked: true,
	};
}

interface FoundLayer extends Layer {
	/** Absent if it is in the store. */
	readonly blob?: FoundBlob;
}

async function foundLayer(
	path: string,
	diffID: DiffID,
	{files, known}: {readonly files: ArchiveFiles; readonly known: KnownLayer},
): Promise<FoundLayer> {
	const content = files.find(path);
	if (!content) throw new Malformed(`it has no layer ${path}`);
	const received = await tocOf(content.path).catch(error => Promise.reject(unreadable(path, error)));
	if (received.diffID !== diffID) {
		throw new Malformed(
			`its layer ${path} is not what the config says`,
			`expected ${diffID}\nreceived ${received.diffID}`,
		);
	}
	const there = known(diffID);
	if (there) return {descriptor: there, diffID};
	const descriptor = {mediaType: mediaTypeOf(content.path), digest: content.digest, size: content.size};
	return {descriptor, diffID, blob: {descriptor, content}};
}

/** What is wrong with a layer; that this machine cannot decompress it is no fault of it. */
function unreadable(path: string, error: unknown): unknown {
	const {cause} = error as Error;
	return cause instanceof Malformed ? new Malformed(`its layer ${path}: ${cause.message}`, cause.why) : error;
}

function mediaTypeOf(path: string): string {
	const compression = compressionOf(path);
	if (compression === 'gzip') return ociLayerGzip;
	return compression === 'zstd' ? ociLayerZstd : ociLayer;
}

function inMemory(content: Uint8Array, mediaType: string): FoundBlob & {readonly descriptor: Descriptor} {
	return {descriptor: {mediaType, digest: digestOf(content), size: content.length}, content};
}

interface Entry {
	readonly config: string;
	readonly names: readonly string[];
	readonly layers: readonly string[];
}

function parseEntries(bytes: Buffer): readonly Entry[] {
	try {
		return (JSON.parse(bytes.toString('utf8')) as readonly unknown[]).map(parseEntry);
	} catch (error) {
		throw error instanceof Malformed ? error : new Malformed('its manifest.json is no list of images');
	}
}

function parseEntry(value: unknown): Entry {
	const {Config: config, RepoTags: names, Layers: layers} = value as Readonly<Record<string, unknown>>;
	const isList = (list: unknown): list is readonly string[] =>
		Array.isArray(list) && list.every(text => typeof text === 'string');
	if (typeof config !== 'string' || !isList(names ?? []) || !isList(layers ?? [])) {
		throw new Malformed('its manifest.json names no config, or no layers');
	}
	return {config, names: (names ?? []) as readonly string[], layers: (layers ?? []) as readonly string[]};
}
