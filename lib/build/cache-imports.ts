import type {CacheSource} from '../cache/place.ts';
import {type ReadCache, readCache} from '../cache/read.ts';
import {StoreError} from '../errors.ts';
import type {DiffID, Digest} from '../oci/digest.ts';
import type {BuildPlans} from '../plan/platforms.ts';
import {recordLayer, storedBlob} from '../store/layers.ts';
import type {StepRecord} from '../store/store.ts';
import type {Toc} from '../tree/toc.ts';
import {isAllCached} from './all-cached.ts';
import type {BaseImages} from './bases.ts';
import type {Builder} from './builder.ts';
import {type Hit, isOutgrown, type StepCache} from './cache.ts';
import {cacheSource} from './cache-places.ts';
import {cacheWarning, layerTeller, tellCache} from './cache-telling.ts';
import type {StackedLayer} from './files.ts';
import {fieldDigest, type KeyFields, partialKey, stepKey} from './key.ts';
import {LostLayerError} from './lost-layer.ts';
import {type Slots, slots} from './slots.ts';

/** The caches that a build takes steps from besides its store's, and its own cache with these behind it. */
export interface Imports {
	readonly caches: readonly ReadCache[];
	readonly cache: StepCache;
}

/** A cache, and how its layers are fetched: a few at a time, and told of. */
interface Import extends ReadCache {
	readonly room: Slots;
	readonly telling: ReturnType<typeof layerTeller>;
}

/** Layers on their way at the same time. */
const atOnce = 4;

/** Reads the caches that were asked for. One that cannot be read is told of and left out. */
export async function openImports(
	builder: Builder,
	{plans, bases}: {readonly plans: BuildPlans; readonly bases: BaseImages},
): Promise<Imports> {
	const sources = builder.request.cacheFrom.map(from => cacheSource(from, builder));
	const caches = (await Promise.all(sources.map(source => readOne(source, builder)))).flatMap(cache => cache ?? []);
	offerTocs(caches, builder);
	const room = slots(atOnce);
	const imports = caches.map(cache => ({...cache, room, telling: layerTeller(cache.name, builder)}));
	const trusting = withImports(builder.cache, imports, {absentToo: true, builder});
	const isWhole = builder.request.noCache === false && caches.some(({isPartial}) => isPartial);
	if (isWhole && (await isAllCached(plans, {bases, builder: {...builder, cache: trusting}})))
		return {caches, cache: trusting};
	return {caches, cache: withImports(builder.cache, imports, {absentToo: false, builder})};
}

async function readOne(source: CacheSource, builder: Builder): Promise<ReadCache | undefined> {
	const {events, signal, request} = builder;
	const about = {kind: 'steps', direction: 'from', ref: source.name} as const;
	try {
		return await tellCache(about, builder, {
			action: () => readCache(source, request.platforms),
			outcome: cache => cache && {entries: cache.steps.size},
		});
	} catch (error) {
		signal.throwIfAborted();
		events.emit(cacheWarning(`no steps come from the cache ${source.name}`, error));
		return undefined;
	}
}

/** `own`, and behind it other caches. What is found in one of these is kept in the store; its layer is fetched when it is needed. */
function withImports(own: StepCache, caches: readonly Import[], place: ImportPlace): StepCache {
	const parts = new Set(caches.flatMap(({steps}) => [...steps.keys()].map(partOf)));
	return {
		mayHave: fields => own.mayHave(fields) || parts.has(partialKey(fields)),
		async find(fields, parent) {
			const known = await own.find(fields, parent);
			if (known) return known;
			for (const cache of caches) {
				const hit = await findIn(cache, {fields, parent}, place);
				if (!hit) continue;
				if (!hit.isAbsent) own.keep(fields, hit.record, true);
				return hit;
			}
			return undefined;
		},
		keep: own.keep,
	};
}

interface ImportPlace {
	/** Whether steps count whose layers nobody has: if all of a build is CACHED, nobody needs these. */
	readonly absentToo: boolean;
	readonly builder: Builder;
}

/** Makes the TOCs of caches known to a build. */
function offerTocs(caches: readonly ReadCache[], builder: Builder): void {
	for (const cache of caches) {
		for (const diffID of cache.tocs.keys()) builder.supply.offerToc(diffID, () => readToc(cache, diffID, builder));
	}
}

interface Wanted {
	readonly fields: KeyFields;
	readonly parent: Digest;
}

/** A record counts if it says itself that it is of this step, and its layer can be had. */
async function findIn(cache: Import, {fields, parent}: Wanted, place: ImportPlace): Promise<Hit | undefined> {
	const record = cache.steps.get(stepKey(partialKey(fields), parent));
	if (!record || record.parent !== parent || !isOf(record, fields) || isOutgrown(record)) return undefined;
	if (!record.layer) return {record};
	const found = await findLayer(cache, record.layer, place);
	return found && {record, ...found};
}

/** In the store, in the cache, or nowhere. */
async function findLayer(
	cache: Import,
	{diffID, content}: NonNullable<StepRecord['layer']>,
	{absentToo, builder}: ImportPlace,
): Promise<Omit<Hit, 'record'> | undefined> {
	const there = storedBlob(builder.store, diffID, 'cache');
	if (there) return {layer: {descriptor: there, diffID, content}};
	const descriptor = cache.layers.get(diffID);
	if (!descriptor) return undefined;
	const layer = {descriptor, diffID, content};
	if (await cache.blobs.has(descriptor.digest, descriptor.size)) {
		const fetch = () => cache.telling(descriptor, () => cache.room.take(() => fetchLayer(layer, cache, builder)));
		builder.supply.offer(diffID, fetch);
		return {layer};
	}
	return absentToo ? {layer, isAbsent: true} : undefined;
}

function isOf(record: StepRecord, fields: KeyFields): boolean {
	const nothing = fieldDigest(undefined);
	const names = new Set([...Object.keys(fields), ...Object.keys(record.fields)]);
	return [...names].every(name => (record.fields[name] ?? nothing) === fieldDigest(fields[name]));
}

async function fetchLayer(
	{descriptor, diffID}: StackedLayer,
	cache: ReadCache,
	{store, signal}: Builder,
): Promise<void> {
	await using _ = await store.lock(`blobs/${descriptor.digest}`, {signal});
	await store.blobs.put(descriptor, cache.blobs.open(descriptor)).catch(error => {
		signal.throwIfAborted();
		throw error instanceof StoreError && error.code.startsWith('STORE_')
			? error
			: new LostLayerError(cache.name, error);
	});
	await recordLayer(store, {diffID, blobs: {cache: descriptor}});
}

/** One that cannot be read is told of; the layer itself has to be read then. */
async function readToc(cache: ReadCache, diffID: DiffID, {events, signal}: Builder): Promise<Toc | undefined> {
	try {
		return await cache.readToc(diffID);
	} catch (error) {
		signal.throwIfAborted();
		events.emit(cacheWarning(`a table of contents does not come from the cache ${cache.name}`, error));
		return undefined;
	}
}

function partOf(key: string): string {
	return key.slice(0, key.indexOf('/'));
}
