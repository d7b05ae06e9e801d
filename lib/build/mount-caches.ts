import {createReadStream, rmSync} from 'node:fs';
import {copyFile} from '../cache/copy-file.ts';
import {loading} from '../cache/loading.ts';
import {type KeptMount, mountsConfig, newest, type ReadMounts, readMounts} from '../cache/mounts.ts';
import type {CacheSink, CacheSource} from '../cache/place.ts';
import {StrataError} from '../errors.ts';
import type {Descriptor} from '../oci/image.ts';
import {cacheLock, lastUseOfCache} from '../store/caches.ts';
import type {Worker} from '../worker/worker.ts';
import type {Builder} from './builder.ts';
import type {CacheFrom, MountsTo} from './cache-options.ts';
import {cacheSink, cacheSource, lockPlace} from './cache-places.ts';
import {cacheWarning, tellCache} from './cache-telling.ts';

/** The files of cache mounts that come from elsewhere, and go there. */
export interface MountCaches {
	/** Gives a cache mount that this build is about to use the files that a place has for it, if it has none here and is not to begin `anew`. */
	use(name: string, how: {readonly worker: Worker; readonly anew: boolean}): Promise<void>;
	/** Writes the cache mounts that were used. Rejects if a place cannot be written that has to be. */
	finish(): Promise<void>;
}

export async function openMountCaches(builder: Builder): Promise<MountCaches> {
	const {cacheMountsFrom, cacheMountsTo} = builder.request;
	const found = await Promise.all(cacheMountsFrom.map(from => readPlace(cacheSource(tagged(from), builder), builder)));
	const places = found.flatMap(place => place ?? []);
	const filled = new Map<string, Promise<void>>();
	return {
		async use(name, {worker, anew}) {
			if (isCopy(name)) return;
			const filling = filled.get(name) ?? fillFrom(anew ? [] : places, name, {worker, builder});
			filled.set(name, filling);
			await filling;
		},
		async finish() {
			if (filled.size === 0) return;
			for (const to of cacheMountsTo) {
				await writePlace(to, [...filled.keys()], builder).catch(error => {
					builder.signal.throwIfAborted();
					if (to.ignoreError === false) throw error;
					builder.events.emit(cacheWarning('the cache mounts were not written', error));
				});
			}
		},
	};
}

/** One that a `private` mount got because another had the cache itself. */
function isCopy(name: string): boolean {
	return name.includes('-');
}

/** In a folder that has steps too, they go by a tag of their own. */
function tagged<Place extends CacheFrom | MountsTo>(place: Place): Place {
	return place.type === 'local' ? {tag: 'mounts', ...place} : place;
}

interface Place {
	readonly name: string;
	readonly found: ReadMounts;
}

async function readPlace(source: CacheSource, builder: Builder): Promise<Place | undefined> {
	const {name} = source;
	try {
		const found = await tellCache({kind: 'mounts', direction: 'from', ref: name}, builder, {
			action: () => readMounts(source),
			outcome: read => read && {entries: read.mounts.size},
		});
		return found && {name, found};
	} catch (error) {
		builder.signal.throwIfAborted();
		builder.events.emit(cacheWarning(`no cache mounts come from ${name}`, error));
		return undefined;
	}
}

interface Filling {
	readonly worker: Worker;
	readonly builder: Builder;
}

async function fillFrom(places: readonly Place[], name: string, {worker, builder}: Filling): Promise<void> {
	const place = places.find(({found}) => found.mounts.has(name));
	const mount = place?.found.mounts.get(name);
	if (!place || !mount || lastUseOfCache(builder.store.root, name) !== undefined) return;
	const blob = builder.store.temporary();
	try {
		await copyFile(place.found.blobs.open(mount.descriptor), blob);
		await worker.fillCache({name, blob, diffID: mount.diffID});
	} catch (error) {
		builder.signal.throwIfAborted();
		builder.events.emit(cacheWarning(`a cache mount does not come from ${place.name}`, error));
	} finally {
		rmSync(blob, {force: true});
	}
}

/** Those that were used are packed; what the place has of others stays as long as there is room. */
async function writePlace(to: MountsTo, used: readonly string[], builder: Builder): Promise<void> {
	const place = tagged(to);
	const sink = cacheSink(place, builder);
	const action = async () => {
		const temporary: string[] = [];
		try {
			const packed = await packAll(used, temporary, builder);
			await using _ = await lockPlace(place, builder);
			return await addMounts(packed, {sink, before: await mountsBefore(place, builder), to}, builder.signal);
		} finally {
			for (const path of temporary) rmSync(path, {force: true});
		}
	};
	await tellCache({kind: 'mounts', direction: 'to', ref: sink.name}, builder, {action, outcome: written => written});
}

interface Writing {
	readonly sink: CacheSink;
	readonly before: ReadMounts | undefined;
	readonly to: MountsTo;
}

async function addMounts(packed: readonly PackedMount[], {sink, before, to}: Writing, signal: AbortSignal) {
	const fresh = new Set(packed.map(({mount}) => mount.name));
	const others = await othersThere(before, fresh);
	const mounts = newest([...packed.map(({mount}) => mount), ...others], to.maxSize ?? Number.POSITIVE_INFINITY);
	const load = loading(sink, signal);
	try {
		for (const {name, descriptor} of mounts) {
			const blob = packed.find(({mount}) => mount.name === name)?.blob;
			load.put(async () => ({descriptor, open: () => open(descriptor, blob, before)}));
		}
		return {entries: mounts.length, ...(await load.finish(mountsConfig(mounts)))};
	} finally {
		await load.stop();
	}
}

/** What the place has so far. What is damaged counts as nothing: it would stay so for ever. */
async function mountsBefore(place: MountsTo, builder: Builder): Promise<ReadMounts | undefined> {
	try {
		return await readMounts(cacheSource(asSource(place), builder));
	} catch (error) {
		if (error instanceof StrataError && damages.has(error.code)) return undefined;
		throw error;
	}
}

const damages: ReadonlySet<string> = new Set(['CACHE_NONE', 'CACHE_DAMAGED', 'BLOB_MISSING', 'DIGEST_MISMATCH']);

/** Those that are not written anew, and whose files are there. */
async function othersThere(before: ReadMounts | undefined, fresh: ReadonlySet<string>): Promise<readonly KeptMount[]> {
	const others = [...(before?.mounts.values() ?? [])].filter(({name}) => !fresh.has(name));
	const there = await Promise.all(
		others.map(async ({descriptor: {digest, size}}) => before?.blobs.has(digest, size) ?? false),
	);
	return others.filter((_, index) => there[index]);
}

function asSource(to: MountsTo): CacheFrom {
	if (to.type === 'registry') return {type: 'registry', ref: to.ref};
	return {type: 'local', src: to.dest, ...(to.tag === undefined ? {} : {tag: to.tag})};
}

function open(descriptor: Descriptor, blob: string | undefined, before: ReadMounts | undefined) {
	if (blob !== undefined) return createReadStream(blob);
	if (!before) throw new Error(`${descriptor.digest} comes from nowhere`);
	return before.blobs.open(descriptor);
}

interface PackedMount {
	readonly mount: KeptMount;
	readonly blob: string;
}

/** Packs cache mounts one after the other; what another build uses now is left as the place has it. `temporary` gets what is made. */
async function packAll(
	names: readonly string[],
	temporary: string[],
	builder: Builder,
): Promise<readonly PackedMount[]> {
	const {store} = builder;
	const packed: PackedMount[] = [];
	for (const name of names) {
		const lock = store.tryLock(cacheLock(name));
		const used = lastUseOfCache(store.root, name);
		if (!lock || used === undefined) {
			await lock?.[Symbol.asyncDispose]();
			continue;
		}
		await using _ = lock;
		const [blob, toc] = [store.temporary(), store.temporary()];
		temporary.push(blob, toc);
		const made = await (await builder.worker()).packCache({name, blob, toc});
		if (made) packed.push({mount: {name, used, ...made.layer}, blob});
	}
	return packed;
}
