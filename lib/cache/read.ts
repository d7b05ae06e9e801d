import {collect} from '../bytes.ts';
import {StoreError} from '../errors.ts';
import type {BlobSource} from '../oci/blobs.ts';
import type {DiffID, Digest} from '../oci/digest.ts';
import type {Descriptor} from '../oci/image.ts';
import {isImageConfig, isManifest} from '../oci/media-types.ts';
import {parseIndex, parseManifest} from '../oci/parse.ts';
import {choosePlatform, type Platform} from '../oci/platform.ts';
import {largestManifest} from '../registry/documents.ts';
import type {StepRecord} from '../store/store.ts';
import type {Toc} from '../tree/toc.ts';
import {type CacheConfig, cacheType, type Document} from './format.ts';
import {parseCacheConfig, parseInlineCache} from './parse.ts';
import type {CacheSource} from './place.ts';
import {decodeToc} from './toc.ts';

/** A cache of elsewhere. Its blobs are read when they are needed. */
export interface ReadCache {
	/** As people know it. */
	readonly name: string;
	/** By key: `PART/KEY`. */
	readonly steps: ReadonlyMap<string, StepRecord>;
	readonly layers: ReadonlyMap<DiffID, Descriptor>;
	/** Whether it knows of layers that it does not have. */
	readonly isPartial: boolean;
	/** Blobs with TOCs. */
	readonly tocs: ReadonlyMap<DiffID, Descriptor>;
	readonly blobs: BlobSource;
	/** The TOC of a layer, if the cache has it and it is one. Rejects if it cannot be read. */
	readToc(diffID: DiffID): Promise<Toc | undefined>;
}

/** Bytes of the config, some 100,000 steps, and of a TOC, compressed. */
const largestConfig = 64 * 2 ** 20;
const largestToc = 64 * 2 ** 20;

/** What a place has for a cache; undefined if there is nothing. Rejects with a StrataError if that is no cache that strata can read. */
export async function readCache(source: CacheSource, platforms: readonly Platform[]): Promise<ReadCache | undefined> {
	const found = await source.resolve();
	return found && openCache(await contentOf(found, source, platforms), source);
}

interface Content extends CacheConfig {
	/** The blobs that its manifest names. */
	readonly carried: ReadonlySet<Digest>;
}

/** What a manifest has of a cache: all of its config, or what the config of an image has besides; of an index, that of its images. */
async function contentOf(found: Document, source: CacheSource, platforms: readonly Platform[]): Promise<Content> {
	const {name} = source;
	const manifest = parseManifest(found.bytes);
	if (!manifest) {
		const images = await imagesOf(found, source, platforms);
		return merged(await Promise.all(images.map(image => contentOf(image, source, platforms))));
	}
	const {config, layers} = manifest;
	const isCache = config.mediaType === cacheType;
	if (!isCache && !isImageConfig(config.mediaType)) throw isForeign(config) ? foreignCache(name) : noCache(name);
	if (config.size > largestConfig) throw damaged(name, 'its config is larger than any that strata writes');
	const bytes = await collect(source.open(config));
	const parsed = isCache ? parseCacheConfig(bytes) : parseInlineCache(bytes, layers);
	if (parsed === 'foreign') throw foreignCache(name);
	if (!parsed) throw isCache ? damaged(name, `${config.digest} is not as strata writes it`) : noCache(name);
	return {...parsed, carried: new Set(layers.map(({digest}) => digest))};
}

/** The manifests of images for these platforms. */
async function imagesOf({bytes}: Document, source: CacheSource, platforms: readonly Platform[]): Promise<Document[]> {
	const {name} = source;
	const entries = parseIndex(bytes)?.manifests;
	if (!entries) throw noCache(name);
	if (entries.some(isForeign)) throw foreignCache(name);
	const images = entries.filter(({mediaType, size}) => isManifest(mediaType) && size <= largestManifest);
	const chosen = new Set(platforms.flatMap(platform => choosePlatform(images, platform) ?? []));
	if (chosen.size === 0) throw noCache(name);
	return Promise.all(
		[...chosen].map(async descriptor => ({descriptor, bytes: await collect(source.open(descriptor))})),
	);
}

function merged(contents: readonly Content[]): Content {
	return {
		version: 1,
		steps: Object.fromEntries(contents.flatMap(({steps}) => Object.entries(steps))),
		layers: contents.flatMap(({layers}) => layers),
		tocs: contents.flatMap(({tocs}) => tocs),
		carried: new Set(contents.flatMap(({carried}) => [...carried])),
	};
}

function openCache({steps, layers, tocs, carried}: Content, source: CacheSource): ReadCache {
	const tocBlobs = new Map(tocs.map(({diffID, descriptor}) => [diffID, descriptor]));
	return {
		name: source.name,
		steps: new Map(Object.entries(steps)),
		layers: new Map(layers.map(({diffID, descriptor}) => [diffID, descriptor])),
		isPartial: !layers.every(({descriptor}) => carried.has(descriptor.digest)),
		tocs: tocBlobs,
		blobs: source,
		async readToc(diffID) {
			const descriptor = tocBlobs.get(diffID);
			if (!descriptor || descriptor.size > largestToc) return undefined;
			return decodeToc(await collect(source.open(descriptor)));
		},
	};
}

const foreignConfig = 'application/vnd.buildkit.cacheconfig.v0';

/** BuildKit's caches are an index that names their config, or a manifest with that config. */
function isForeign({mediaType}: Descriptor): boolean {
	return mediaType === foreignConfig;
}

function foreignCache(name: string): StoreError {
	return new StoreError('CACHE_FOREIGN', `${name} is a cache of BuildKit, whose caches strata cannot read`, {
		notes: ['its keys stand for the steps of another builder'],
		help: ['write one of strata, under another name: --cache-to'],
	});
}

/** The error for a place that has something else. */
export function noCache(name: string): StoreError {
	return new StoreError('CACHE_NONE', `${name} has no cache in it`, {
		help: ['--cache-to writes one'],
	});
}

function damaged(name: string, note: string): StoreError {
	return new StoreError('CACHE_DAMAGED', `the cache ${name} is damaged`, {
		notes: [note],
		help: ['the next --cache-to writes it anew'],
	});
}
