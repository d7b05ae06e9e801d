import {type DiffID, digestOf} from '../oci/digest.ts';
import type {Descriptor, Manifest} from '../oci/image.ts';
import {ociManifest} from '../oci/media-types.ts';
import type {StepRecord} from '../store/store.ts';

/** What a cache is, as the type of an artifact and of its config: records of steps, their layers, and TOCs. */
export const cacheType = 'application/vnd.strata.cache.v1+json';
/** A TOC as JSON, compressed. */
export const tocType = 'application/vnd.strata.toc.v1+json+gzip';

/** The config of a cache: what a reader needs to know before it fetches anything else. */
export interface CacheConfig {
	readonly version: 1;
	/** By key, as in the store: `PART/KEY`. */
	readonly steps: Readonly<Record<string, StepRecord>>;
	/** The layers that the steps made. With `mode=min` not all of them come along. */
	readonly layers: readonly CachedLayer[];
	/** Of these layers, and of bases. */
	readonly tocs: readonly CachedToc[];
}

/** Where the config of an image has the records of its own steps, which name its own layers. */
export const inlineKey = 'build.strata.cache.v1';

/** What stands under `inlineKey`. */
export type InlineCache = Pick<CacheConfig, 'version' | 'steps'>;

/** What `steps` are in the config of their image. */
export function inlineCache(steps: CacheConfig['steps']): InlineCache {
	return {version: 1, steps: Object.fromEntries(Object.entries(steps).sort(byKey))};
}

export interface CachedLayer {
	readonly diffID: DiffID;
	readonly descriptor: Descriptor;
}

export interface CachedToc {
	readonly diffID: DiffID;
	/** Of the blob with the TOC. */
	readonly descriptor: Descriptor;
}

/** A document on its way: its descriptor and its bytes. */
export interface Document {
	readonly descriptor: Descriptor;
	readonly bytes: Uint8Array;
}

/** The config of a cache; equal for equal content, in whatever order that was found. */
export function cacheConfig({steps, layers, tocs}: Omit<CacheConfig, 'version'>): Document {
	return document({version: 1, steps, layers: layers.toSorted(byDiffID), tocs: tocs.toSorted(byDiffID)}, cacheType);
}

/** The manifest of a cache, an artifact of its config's type. It names all that belongs to it, so that any registry and any tool can carry it. */
export function cacheManifest(config: Descriptor, blobs: readonly Descriptor[]): Document {
	const layers = [...new Map(blobs.map(blob => [blob.digest, blob])).values()];
	const manifest: Manifest = {
		schemaVersion: 2,
		mediaType: ociManifest,
		artifactType: config.mediaType,
		config,
		layers: layers.toSorted((one, other) => (one.digest < other.digest ? -1 : 1)),
	};
	return document(manifest, ociManifest);
}

/** A value as JSON, the same bytes for the same value. */
export function document(value: object, mediaType: string): Document {
	const bytes = Buffer.from(JSON.stringify(value, withSortedKeys));
	return {descriptor: {mediaType, digest: digestOf(bytes), size: bytes.byteLength}, bytes};
}

/** Of the same things, whoever put them together, the bytes are the same. */
function withSortedKeys(_: string, value: unknown): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	return Object.fromEntries(Object.entries(value).sort(byKey));
}

function byKey([one]: [string, unknown], [other]: [string, unknown]): number {
	return one < other ? -1 : 1;
}

function byDiffID(one: {readonly diffID: DiffID}, other: {readonly diffID: DiffID}): number {
	return one.diffID < other.diffID ? -1 : 1;
}
