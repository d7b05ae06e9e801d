import {Malformed} from '../layer/errors.ts';
import {childrenOf} from '../oci/copy.ts';
import {type Digest, hexOf} from '../oci/digest.ts';
import type {Descriptor, Layer, Manifest} from '../oci/image.ts';
import {imageName, nameOf} from '../oci/layout.ts';
import {isImageConfig, isIndex, isManifest} from '../oci/media-types.ts';
import {parseConfig, parseIndex, parseManifest} from '../oci/parse.ts';
import {parseReference} from '../oci/reference.ts';
import type {ArchiveFile, ArchiveFiles} from './archive-files.ts';
import type {FoundBlob, FoundImage} from './loading.ts';

/**
 * The images of an OCI layout in a tar (https://github.com/opencontainers/image-spec/blob/main/image-layout.md), each once with all its
 * names. Throws `Malformed` if a blob is missing or not what its descriptor says; of an index, whole images may be missing, but
 * not all: docker saves those that it has.
 */
export function ociImages(files: ArchiveFiles): readonly FoundImage[] {
	const index = parseIndex(files.read('index.json'));
	if (!index) throw new Malformed('its index.json is no index of images');
	const names = new Map<Digest, string[]>();
	for (const entry of index.manifests) {
		const name = entry.annotations?.[imageName] ?? nameOf(entry);
		names.set(entry.digest, [...(names.get(entry.digest) ?? []), ...(name ? [name] : [])]);
	}
	const roots = new Map(index.manifests.map(entry => [entry.digest, entry]));
	return [...roots.values()].map(root => ({...gathered(root, files), ...sorted(names.get(root.digest) ?? [])}));
}

/** `MyApp` may stand in a layout (https://github.com/opencontainers/image-spec/blob/main/annotations.md), and is the name of no image. */
function sorted(names: readonly string[]): Pick<FoundImage, 'names' | 'otherNames'> {
	const isUsable = (name: string) => {
		const reference = parseReference(name);
		return reference !== undefined && reference.digest === undefined;
	};
	const otherNames = names.filter(name => !isUsable(name));
	return {names: names.filter(isUsable), ...(otherNames.length > 0 ? {otherNames} : {})};
}

function gathered({mediaType, digest, size}: Descriptor, files: ArchiveFiles): Omit<FoundImage, 'names'> {
	const blobs = new Map<Digest, FoundBlob>();
	const layers: Layer[] = [];
	const add = (descriptor: Descriptor): Buffer | undefined => {
		const content = blobOf(descriptor, files);
		blobs.set(descriptor.digest, {descriptor, content});
		const isDocument = isIndex(descriptor.mediaType) || isManifest(descriptor.mediaType);
		return isDocument ? files.read(pathOf(descriptor)) : undefined;
	};
	const visit = (descriptor: Descriptor) => {
		if (blobs.has(descriptor.digest)) return;
		const bytes = add(descriptor);
		if (!bytes) return;
		const children = childrenOf(descriptor, bytes);
		const present = isIndex(descriptor.mediaType) ? children.filter(child => files.find(pathOf(child))) : children;
		if (present.length === 0 && children.length > 0) throw missing(children[0] as Descriptor);
		for (const child of present) visit(child);
		const manifest = isManifest(descriptor.mediaType) && parseManifest(bytes);
		if (manifest) layers.push(...layersOf(manifest, files));
	};
	const root = {mediaType, digest, size};
	if (!isIndex(mediaType) && !isManifest(mediaType))
		throw new Malformed(`its index.json names ${mediaType}, which is no image`);
	visit(root);
	return {descriptor: root, blobs: [...blobs.values()], layers, isChecked: false};
}

/** The diffIDs of an image's layers; of an attestation, which has a config like an image's, none. */
function layersOf({config, layers}: Manifest, files: ArchiveFiles): readonly Layer[] {
	if (!isImageConfig(config.mediaType)) return [];
	const {diff_ids: diffIDs = []} = parseConfig(files.read(pathOf(config)))?.rootfs ?? {};
	if (layers.some(({mediaType}) => !/\.tar\b/.test(mediaType))) return [];
	if (diffIDs.length !== layers.length) throw new Malformed(`its config ${config.digest} does not fit the layers`);
	return layers.map((descriptor, at) => ({descriptor, diffID: diffIDs[at] as Layer['diffID']}));
}

function blobOf(descriptor: Descriptor, files: ArchiveFiles): ArchiveFile {
	const file = files.find(pathOf(descriptor));
	if (!file) throw missing(descriptor);
	if (file.digest === descriptor.digest && file.size === descriptor.size) return file;
	throw new Malformed(
		`its blob ${descriptor.digest} is not what its digest says`,
		`it has ${file.size} bytes of ${file.digest}`,
	);
}

function missing({digest, mediaType}: Descriptor): Malformed {
	return new Malformed(`it has no blob ${digest}`, `it is ${mediaType}`);
}

function pathOf({digest}: Descriptor): string {
	return `blobs/sha256/${hexOf(digest)}`;
}
