import type {Descriptor, Layer, Manifest} from '../oci/image.ts';
import {mediaTypeIn, ociManifest} from '../oci/media-types.ts';

/**
 * The manifest of one image (https://github.com/opencontainers/image-spec/blob/main/manifest.md).
 * Layers taken over from elsewhere keep their bytes and annotations, which may say how to read them (eStargz); what has a name of
 * docker's gets the OCI name of the same format.
 */
export function imageManifest(config: Descriptor, layers: readonly Layer[]): Manifest {
	return {
		schemaVersion: 2,
		mediaType: ociManifest,
		config,
		layers: layers.map(({descriptor: {mediaType, digest, size, annotations}}) => ({
			mediaType: mediaTypeIn('oci', mediaType) ?? mediaType,
			digest,
			size,
			...(annotations ? {annotations} : {}),
		})),
	};
}
