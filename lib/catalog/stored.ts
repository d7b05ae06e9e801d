import {StoreError} from '../errors.ts';
import {contentsOf, manifestsOf, readConfig, readManifest} from '../export/image.ts';
import type {Digest} from '../oci/digest.ts';
import type {Descriptor, ImageConfig, Manifest} from '../oci/image.ts';
import type {StoredConfig} from '../oci/parse.ts';
import {choosePlatform, formatPlatform, hostPlatform, isNowhere, type Platform} from '../oci/platform.ts';
import {DigestMismatchError} from '../oci/verify.ts';
import type {Store, StoredImage} from '../store/store.ts';

/** Every name of one manifest or index, together. */
export interface CatalogImage {
	readonly descriptor: Descriptor;
	readonly names: readonly string[];
	/** Of its newest name, in milliseconds since the epoch. */
	readonly tagged: number;
}

/** An image of one platform, read. */
export interface ReadImage {
	readonly descriptor: Descriptor;
	readonly manifest: Manifest;
	readonly config: ImageConfig;
	readonly platform: string;
}

/** The images of a store, each once, the newest first. */
export function catalogImages(images: readonly StoredImage[]): readonly CatalogImage[] {
	const byDigest = new Map<Digest, CatalogImage>();
	for (const {descriptor, name, tagged} of images) {
		const known = byDigest.get(descriptor.digest) ?? {descriptor, names: [], tagged};
		const names = name === undefined ? known.names : [...known.names, name];
		byDigest.set(descriptor.digest, {descriptor, names, tagged: Math.max(known.tagged, tagged)});
	}
	return [...byDigest.values()].sort((a, b) => b.tagged - a.tagged);
}

/** The images of each platform that are in the store; attestations are none. */
export async function readImages(descriptor: Descriptor, {blobs}: Store): Promise<readonly ReadImage[]> {
	const present = (await manifestsOf(descriptor, blobs, ({digest}) => blobs.has(digest))).filter(
		({platform}) => !isNowhere(platform),
	);
	return Promise.all(
		present.map(async single => {
			const manifest = await readManifest(single, blobs);
			const config = withPlatform(await readConfig(manifest.config, blobs));
			return {descriptor: single, manifest, config, platform: formatPlatform(single.platform ?? config)};
		}),
	);
}

/** Of several platforms this machine's, else the first. */
export function preferred(images: readonly ReadImage[], wanted: Platform = hostPlatform()): ReadImage | undefined {
	const offers = images.map(image => ({image, platform: image.descriptor.platform ?? image.config}));
	return (choosePlatform(offers, wanted) ?? offers[0])?.image;
}

/** Whether something is wrong with what the store has of an image: it is gone, it is another thing, or not what its digest says. */
export function isDamage(error: unknown): boolean {
	return error instanceof StoreError || error instanceof DigestMismatchError;
}

/** Bytes as stored, what is shared between platforms counted once. */
export async function storedSize(descriptor: Descriptor, {blobs}: Store): Promise<number> {
	const contents = await contentsOf(descriptor, blobs, ({digest}) => blobs.has(digest));
	return contents.reduce((sum, {size}) => sum + size, 0);
}

function withPlatform(config: StoredConfig): ImageConfig {
	return {...config, os: config.os ?? 'linux', architecture: config.architecture ?? 'amd64'};
}
