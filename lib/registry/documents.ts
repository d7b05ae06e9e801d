import type {Descriptor} from '../oci/image.ts';
import {isImageConfig, isIndex, isManifest} from '../oci/media-types.ts';

/** Registries take no larger one. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests */
export const largestManifest = 4 << 20;

/** Whether a blob is one that is read into memory: a manifest, an index, a config. */
export function isDocument({mediaType}: Descriptor): boolean {
	return isManifest(mediaType) || isIndex(mediaType) || isImageConfig(mediaType);
}
