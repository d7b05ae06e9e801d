import {folderSink, folderSource, lockFolder} from '../cache/folder.ts';
import type {CacheSink, CacheSource} from '../cache/place.ts';
import {type RegistryPlace, registryCache, registryCacheSink} from '../cache/registry.ts';
import type {Retry} from '../http/attempts.ts';
import type {RegistryOptions} from '../registry/client.ts';
import type {Builder} from './builder.ts';
import {cacheDigest, cacheReference} from './cache-names.ts';
import type {CacheFrom, CachePlace} from './cache-options.ts';

/** Where a cache is read from. */
export function cacheSource(from: CacheFrom, builder: Builder): CacheSource {
	if (from.type === 'registry') return registryCache(placeOf(from.ref), registryOptions(builder));
	const {src: folder, tag, digest} = from;
	return folderSource({folder, ...(tag ? {tag} : {}), ...(digest ? {digest: cacheDigest(digest)} : {})});
}

/** Where a cache is written to. */
export function cacheSink(to: CachePlace, builder: Builder): CacheSink {
	if (to.type === 'registry') return registryCacheSink(placeOf(to.ref), registryOptions(builder));
	const {dest: folder, tag} = to;
	return folderSink({folder, ...(tag ? {tag} : {})}, builder.store);
}

/**
 * Waits until nobody else writes to the place what depends on what it has. Of a registry that holds for the builds of our store: it
 * has no locks.
 */
export function lockPlace(to: CachePlace, {store, signal}: Builder): Promise<AsyncDisposable> {
	if (to.type === 'registry') return store.lock(`cache at ${to.ref}`, {signal});
	return lockFolder(to.dest, store, signal);
}

function placeOf(name: string): RegistryPlace {
	return {name, reference: cacheReference(name)};
}

/** Reached as all registries of the build; what is tried again is told. */
function registryOptions({signal, events, request}: Builder): RegistryOptions {
	const onRetry = ({attempt, reason, delay}: Retry) =>
		events.emit({type: 'step.waiting', for: 'registry', attempt, reason, delay});
	return {...request.registries, signal, onRetry};
}
