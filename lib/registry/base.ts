import {collect} from '../bytes.ts';
import {bare} from '../oci/descriptor.ts';
import type {Digest} from '../oci/digest.ts';
import type {Descriptor, ImageConfig, Manifest} from '../oci/image.ts';
import {isImageConfig, isIndex, isManifest} from '../oci/media-types.ts';
import {parseConfig, parseIndex, parseManifest} from '../oci/parse.ts';
import {choosePlatform, formatPlatform, isNowhere, normalizePlatform, type Platform} from '../oci/platform.ts';
import type {BlobStore} from '../store/store.ts';
import {noImage, noPlatform} from './errors.ts';
import type {ImageSource, Resolved} from './source.ts';

/** An image to build on. Its manifest and config are in the store, its layers need not be. */
export interface Base {
	/** The name in full. */
	readonly reference: string;
	/** What the name itself stands for: the index where there is one. */
	readonly resolved: Digest;
	/** Of the image's manifest. */
	readonly descriptor: Descriptor;
	readonly manifest: Manifest;
	readonly config: ImageConfig;
	/** Where its layers can be had. */
	readonly source: ImageSource;
}

/**
 * Reads what `source` stands for, down to the manifest and config for `platform`, and keeps these in the store. An
 * image that is no index is taken whatever its platform (SURFACE FRM-9).
 */
export async function readBase(source: ImageSource, platform: Platform, blobs: BlobStore): Promise<Base> {
	const resolved = await source.resolve();
	blobs.add(resolved.bytes, resolved.descriptor.mediaType);
	const image = await imageIn(source, platform, {resolved, blobs});
	return completeBase(source, {platform, blobs, descriptor: image.descriptor, resolved: resolved.descriptor.digest});
}

/** What is known of a base besides its source. */
export interface KnownBase {
	readonly descriptor: Descriptor;
	readonly resolved: Digest;
	readonly platform: Platform;
	readonly blobs: BlobStore;
}

/** Reads the config of a manifest that is in the store. */
export async function completeBase(source: ImageSource, known: KnownBase): Promise<Base> {
	const {descriptor, resolved, platform, blobs} = known;
	const manifest = parseManifest(await collect(blobs.open(descriptor)));
	if (!manifest || !isImageConfig(manifest.config.mediaType))
		throw noImage(source.name, manifest?.config.mediaType ?? descriptor.mediaType);
	await blobs.put(manifest.config, source.open(manifest.config));
	const stored = parseConfig(await collect(blobs.open(manifest.config)));
	if (stored?.rootfs.diff_ids.length !== manifest.layers.length)
		throw noImage(source.name, 'a config that does not fit its layers');
	const {os, architecture} = platform;
	const config = {...stored, os: stored.os || os, architecture: stored.architecture || architecture};
	return {reference: source.name, resolved, descriptor: bare(descriptor), manifest, config, source};
}

/** Follows indexes, which may be nested, to the manifest for `platform`. */
async function imageIn(
	source: ImageSource,
	platform: Platform,
	{resolved, blobs}: {readonly resolved: Resolved; readonly blobs: BlobStore},
): Promise<Resolved> {
	const {descriptor, bytes} = resolved;
	if (!isIndex(descriptor.mediaType)) {
		if (!parseManifest(bytes)) throw noImage(source.name, descriptor.mediaType);
		return resolved;
	}
	const index = parseIndex(bytes);
	if (!index) throw noImage(source.name, descriptor.mediaType);
	const chosen = choosePlatform(index.manifests, platform);
	if (!chosen) throw noPlatform(source.name, formatPlatform(normalizePlatform(platform)), platformsOf(index.manifests));
	if (!isIndex(chosen.mediaType) && !isManifest(chosen.mediaType)) throw noImage(source.name, chosen.mediaType);
	const inner = await collect(source.open(chosen));
	blobs.add(inner, chosen.mediaType);
	return imageIn(source, platform, {resolved: {descriptor: chosen, bytes: inner}, blobs});
}

/** The platforms of an index as its publisher wrote them; attestations are no images. */
function platformsOf(manifests: readonly Descriptor[]): string[] {
	return manifests.flatMap(({platform}) => (platform && !isNowhere(platform) ? [formatPlatform(platform)] : []));
}

/** A manifest as such: what an index says of it besides is the index's. */
