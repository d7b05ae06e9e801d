import {UsageError} from '../errors.ts';
import {type Digest, parseDigest} from '../oci/digest.ts';
import {parseReference, type Reference} from '../oci/reference.ts';
import type {CacheFrom, CacheTo, MountsTo} from './cache-options.ts';

/** `caches`, all of whose names can be names. Throws a UsageError for the first that cannot. */
export function checkNames<Cache extends CacheFrom | CacheTo | MountsTo>(caches: readonly Cache[]): readonly Cache[] {
	for (const cache of caches) {
		if (cache.type === 'registry') cacheReference(cache.ref);
		if ('digest' in cache && cache.digest !== undefined) cacheDigest(cache.digest);
	}
	return caches;
}

/** The same for places that are written to: what is not written yet has no digest that could name it. */
export function checkTargets<Cache extends CacheTo | MountsTo>(caches: readonly Cache[]): readonly Cache[] {
	for (const cache of checkNames(caches)) {
		if (cache.type !== 'registry' || !cacheReference(cache.ref).digest) continue;
		throw new UsageError('BAD_REFERENCE', `a cache cannot be written to ${cache.ref}, which names one that is there`, {
			help: ['name it by a tag: type=registry,ref=registry.example.com/team/app:cache'],
		});
	}
	return caches;
}

/** The name of a cache in a registry. */
export function cacheReference(name: string): Reference {
	const reference = parseReference(name);
	if (reference) return reference;
	throw new UsageError('BAD_REFERENCE', `${JSON.stringify(name)} is no name of a cache`, {
		help: ['as in: type=registry,ref=registry.example.com/team/app:cache'],
	});
}

/** The digest that names a cache in a folder. */
export function cacheDigest(text: string): Digest {
	const digest = parseDigest(text);
	if (digest) return digest;
	throw new UsageError('CACHE_DIGEST', `${text} is no digest of a cache`, {help: ['as in: digest=sha256:0123…']});
}
