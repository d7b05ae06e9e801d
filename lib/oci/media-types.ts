export const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
export const ociIndex = 'application/vnd.oci.image.index.v1+json';
export const ociConfig = 'application/vnd.oci.image.config.v1+json';
export const ociLayer = 'application/vnd.oci.image.layer.v1.tar';
export const ociLayerGzip = 'application/vnd.oci.image.layer.v1.tar+gzip';
export const ociLayerZstd = 'application/vnd.oci.image.layer.v1.tar+zstd';
export const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';
export const dockerManifestList = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const dockerConfig = 'application/vnd.docker.container.image.v1+json';
export const dockerLayer = 'application/vnd.docker.image.rootfs.diff.tar';
export const dockerLayerGzip = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
/** The config of what needs none: `{}`. */
export const ociEmpty = 'application/vnd.oci.empty.v1+json';
/** Statements on an image that refer to it: what BuildKit calls them. */
export const attestationArtifact = 'application/vnd.docker.attestation.manifest.v1+json';
export const inTotoStatement = 'application/vnd.in-toto+json';

/** Whether `mediaType` names an image index or a docker manifest list. */
export function isIndex(mediaType: string): boolean {
	return mediaType === ociIndex || mediaType === dockerManifestList;
}

/** Whether `mediaType` names the manifest of one image. */
export function isManifest(mediaType: string): boolean {
	return mediaType === ociManifest || mediaType === dockerManifest;
}

/** Whether the config that a manifest names is that of an image, not of another artifact. */
export function isImageConfig(mediaType: string): boolean {
	return mediaType === ociConfig || mediaType === dockerConfig;
}

/** Whether `mediaType` is that of a layer that its publisher lets nobody copy. */
export function isForeign(mediaType: string): boolean {
	return /\.(?:foreign|nondistributable)\./.test(mediaType);
}

/** Which of two names a document or a layer of the same format has. */
export type MediaTypes = 'oci' | 'docker';

const names = [
	[ociManifest, dockerManifest],
	[ociIndex, dockerManifestList],
	[ociConfig, dockerConfig],
	[ociLayer, dockerLayer],
	[ociLayerGzip, dockerLayerGzip],
] as const;

/** The name in `types` of what `mediaType` names; undefined where there is none: docker has none for zstd. */
export function mediaTypeIn(types: MediaTypes, mediaType: string): string | undefined {
	const [oci, docker] = names.find(pair => pair.some(name => name === mediaType)) ?? [mediaType, undefined];
	return types === 'oci' ? oci : docker;
}

const layers: ReadonlySet<string> = new Set([ociLayer, ociLayerGzip, ociLayerZstd, dockerLayer, dockerLayerGzip]);

/** Whether `mediaType` names a layer that strata can unpack. */
export function isLayer(mediaType: string): boolean {
	return layers.has(mediaType);
}
