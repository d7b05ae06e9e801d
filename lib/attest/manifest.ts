import {noPlatform} from '../oci/attestation.ts';
import type {Descriptor, Manifest} from '../oci/image.ts';
import {attestationArtifact, ociManifest} from '../oci/media-types.ts';

/** The config of a manifest of statements, which are its layers: an image's, so that registries of any age take it. */
export function attestationConfig(layers: readonly Descriptor[]): object {
	return {...noPlatform, config: {}, rootfs: {type: 'layers', diff_ids: layers.map(({digest}) => digest)}};
}

/** The manifest of the statements on one image. With a `subject` it is an artifact that refers to the image, as BuildKit's `oci-artifact` has it. */
export function attestationManifest(layers: readonly Descriptor[], config: Descriptor, subject?: Descriptor): Manifest {
	const manifest = {schemaVersion: 2, mediaType: ociManifest, config, layers} as const;
	return subject ? {...manifest, artifactType: attestationArtifact, subject} : manifest;
}
