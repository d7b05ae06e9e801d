import {attestedBy} from '../oci/attestation.ts';
import type {Digest} from '../oci/digest.ts';
import type {Descriptor, ImageConfig, Index} from '../oci/image.ts';
import {ociIndex} from '../oci/media-types.ts';
import {formatWithVersion, isNowhere, normalizePlatform, type Platform} from '../oci/platform.ts';

/** The index of an image for several platforms (https://github.com/opencontainers/image-spec/blob/main/image-index.md). */
export function imageIndex(manifests: readonly Descriptor[]): Index {
	return {schemaVersion: 2, mediaType: ociIndex, manifests};
}

/**
 * The platform that an index says of an image: what was asked for, and what the image's config has besides, such as the
 * variant or the version of its base's system.
 */
export function indexedPlatform(asked: Platform, config: ImageConfig): Platform {
	const {os, architecture} = normalizePlatform(config);
	if (os !== asked.os || architecture !== asked.architecture) return asked;
	const variant = asked.variant ?? config.variant;
	const version = config['os.version'] ?? asked['os.version'];
	const features = config['os.features'];
	return {
		architecture,
		os,
		...(version ? {'os.version': version} : {}),
		...(features ? {'os.features': features} : {}),
		...(variant ? {variant} : {}),
	};
}

/** `index` with these entries: each takes the place of one of the same manifest, or for the same platform. */
export function withEntries(index: Index, entries: readonly Descriptor[]): Index {
	return {...index, manifests: withoutOrphans(entries.reduce(withEntry, index.manifests))};
}

/** `index` without an image, and without what is stated of it. */
export function withoutEntry(index: Index, digest: Digest): Index {
	return {...index, manifests: withoutOrphans(index.manifests.filter(entry => entry.digest !== digest))};
}

/** Statements stand beside the image that they are on, or not at all. */
function withoutOrphans(manifests: readonly Descriptor[]): readonly Descriptor[] {
	const digests = new Set<string>(manifests.map(({digest}) => digest));
	return manifests.filter(entry => digests.has(attestedBy(entry) ?? entry.digest));
}

function withEntry(manifests: readonly Descriptor[], entry: Descriptor): readonly Descriptor[] {
	const [at = manifests.length, ...others] = manifests.flatMap((there, place) => (isSame(there, entry) ? [place] : []));
	const kept = manifests.filter((_, place) => !others.includes(place));
	return kept.toSpliced(at, 1, entry);
}

/** Attestations, which are for no platform, are told apart by their digests only. */
function isSame(one: Descriptor, other: Descriptor): boolean {
	if (one.digest === other.digest) return true;
	const [platform, wanted] = [one.platform, other.platform];
	if (!platform || !wanted || isNowhere(platform)) return false;
	return nameOf(platform) === nameOf(wanted);
}

function nameOf(platform: Platform): string {
	const {'os.features': features = []} = platform;
	return [formatWithVersion(normalizePlatform(platform)), ...features.toSorted()].join('+');
}
