export const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
export const ociIndex = 'application/vnd.oci.image.index.v1+json';
export const ociConfig = 'application/vnd.oci.image.config.v1+json';
export const ociLayer = 'application/vnd.oci.image.layer.v1.tar';
export const ociLayerGzip = 'application/vnd.oci.image.layer.v1.tar+gzip';
export const ociLayerZstd = 'application/vnd.oci.image.layer.v1.tar+zstd';
export const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';
export const dockerManifestList = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const dockerConfig = 'application/vnd.docker.container.image.v1+json';
export const dockerLayerGzip = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

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
