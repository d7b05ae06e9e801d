import type {Digest} from '../oci/digest.ts';
import type {Descriptor, Layer} from '../oci/image.ts';
import {formatPlatform, type Platform} from '../oci/platform.ts';
import type {FinishedImage} from './events.ts';
import type {WrittenImage, WrittenImages} from './finish.ts';

/** The image that a build yields. */
export interface BuiltImage {
	/** Digest of the config: what podman and docker call IMAGE ID. Of several platforms it is that of the index, as with docker. */
	readonly id: Digest;
	/** Digest of the manifest, or of the index: what registries say. */
	readonly digest: Digest;
	readonly descriptor: Descriptor;
	readonly names: readonly string[];
	/** Bytes as stored: manifests, configs and layers, each once. */
	readonly size: number;
	/** In the order asked for. */
	readonly platforms: readonly Platform[];
	/** Of all platforms, each once. */
	readonly layers: readonly Layer[];
	/** One for each platform. */
	readonly images: readonly PlatformImage[];
}

/** An image of one platform. */
export interface PlatformImage extends Pick<BuiltImage, 'id' | 'digest' | 'descriptor' | 'size' | 'layers'> {
	readonly platform: Platform;
	/** How it was built, as SLSA has it, where that was asked for with `provenanceRecord`. */
	readonly provenance?: object;
}

/** `records`: how each image was built, if that is to be told. */
export function builtImage(
	{descriptor, images, size}: WrittenImages,
	names: readonly string[],
	records: readonly object[] = [],
): BuiltImage {
	const {digest} = descriptor;
	const each = images.map((image, at) => platformImage(image, records[at]));
	const [only, ...others] = each;
	const id = only && others.length === 0 ? only.id : digest;
	return {
		names,
		digest,
		id,
		size,
		descriptor,
		layers: allLayers(each),
		platforms: each.map(({platform}) => platform),
		images: each,
	};
}

/** The same as data for events. */
export function finishedImage({names, digest, id, size, layers, images}: BuiltImage): FinishedImage {
	const each = images.map(image => ({
		platform: formatPlatform(image.platform),
		digest: image.digest,
		id: image.id,
		size: image.size,
		layers: image.layers.length,
	}));
	const platforms = each.map(({platform}) => platform);
	const facts = {names, digest, id, size, layers: layers.length, platforms};
	return each.length > 1 ? {...facts, images: each} : facts;
}

function platformImage(
	{descriptor, config, platform, layers, size}: WrittenImage,
	provenance: object | undefined,
): PlatformImage {
	const {digest} = descriptor;
	return {platform, id: config.digest, digest, descriptor, size, layers, ...(provenance ? {provenance} : {})};
}

/** The layers of one image as they are, even if one is there twice. */
function allLayers(images: readonly PlatformImage[]): readonly Layer[] {
	const [only, ...others] = images;
	if (only && others.length === 0) return only.layers;
	const layers = images.flatMap(image => image.layers);
	return [...new Map(layers.map(layer => [layer.descriptor.digest, layer])).values()];
}
