import type {Descriptor, Layer, Manifest} from '../oci/image.ts';
import {dockerLayerGzip, ociLayerGzip, ociManifest} from '../oci/media-types.ts';

/**
 * The manifest of one image (https://github.com/opencontainers/image-spec/blob/main/manifest.md).
 * Layers taken over from docker's formats keep their bytes and get the OCI name of the same format.
 */
export function imageManifest(config: Descriptor, layers: readonly Layer[]): Manifest {
	return {
		schemaVersion: 2,
		mediaType: ociManifest,
		config,
		layers: layers.map(({descriptor: {mediaType, digest, size}}) => ({
			mediaType: ociMediaTypeOfLayer(mediaType),
			digest,
			size,
		})),
	};
}

function ociMediaTypeOfLayer(mediaType: string): string {
	return mediaType === dockerLayerGzip ? ociLayerGzip : mediaType;
}
