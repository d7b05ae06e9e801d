import {statSync} from 'node:fs';
import {Malformed} from '../layer/errors.ts';
import type {DiffID, Digest} from '../oci/digest.ts';
import {familiarName, parseReference} from '../oci/reference.ts';
import {recordLayer, storedBlob} from '../store/layers.ts';
import type {Store} from '../store/store.ts';
import {type ArchiveFiles, archiveFiles, layoutFiles} from './archive-files.ts';
import {dockerImages} from './docker-archive.ts';
import {badArchive} from './errors.ts';
import type {FoundImage} from './loading.ts';
import {ociImages} from './oci-archive.ts';
import {oldDockerImages} from './old-docker-archive.ts';

/** An image that came into the store. */
export interface LoadedImage {
	/** Of the manifest, or the index. */
	readonly digest: Digest;
	/** As the store has them. */
	readonly names: readonly string[];
	/** What the archive calls it besides, and the store cannot; absent where there is none. */
	readonly otherNames?: readonly string[];
}

/**
 * Puts the images of an archive into the store: of an OCI layout, of docker's format, or of docker's before 1.10, compressed or not; or of a
 * folder that is an OCI layout.
 * All of it is seen before anything is kept: an archive that is not right is refused with a UsageError that calls it `name`.
 */
export async function loadArchive(
	path: string,
	name: string,
	store: Store,
	signal?: AbortSignal,
): Promise<readonly LoadedImage[]> {
	const images = await keepArchive(path, name, store, signal);
	for (const {descriptor, names} of images) {
		if (names.length === 0) await store.images.tag(descriptor);
		for (const one of names) await store.images.tag(descriptor, one);
	}
	return images.map(({descriptor, names, otherNames}) => ({
		digest: descriptor.digest,
		names,
		...(otherNames ? {otherNames} : {}),
	}));
}

/** The same, but that the images get no names in the store: what nobody names meanwhile is taken away by prune. */
export async function keepArchive(
	path: string,
	name: string,
	store: Store,
	signal?: AbortSignal,
): Promise<readonly Pick<FoundImage, 'descriptor' | 'names' | 'otherNames'>[]> {
	try {
		const isFolder = statSync(path).isDirectory();
		using files = await (isFolder ? layoutFiles : archiveFiles)(path, store.temporary(), signal);
		// a layout may have `app` and `app:latest`, which are one name here
		const namesOf = ({names}: FoundImage) => [...new Set(names.map(nameOf))];
		const images = (await imagesIn(files, store)).map(image => ({...image, names: namesOf(image)}));
		signal?.throwIfAborted();
		for (const image of images) await keep(image, store);
		return images;
	} catch (error) {
		throw badArchive(error, {deed: 'load', name, help: [loadable]});
	}
}

const loadable =
	'what can be loaded: an archive of strata save, docker save, podman save or skopeo copy, or an OCI layout';

/** Where both are there, they are of the same images, and an OCI layout has their manifests. */
async function imagesIn(files: ArchiveFiles, store: Store): Promise<readonly FoundImage[]> {
	const known = (diffID: DiffID) => storedBlob(store, diffID, 'ourselves');
	if (files.find('index.json') && files.find('oci-layout')) return ociImages(files);
	if (files.find('manifest.json')) return dockerImages(files, known);
	if (files.find('repositories')) return oldDockerImages(files, known);
	throw new Malformed(
		'it has no index.json, no manifest.json and no repositories',
		'an archive of files: strata import',
	);
}

async function keep({blobs, layers, isChecked}: FoundImage, store: Store): Promise<void> {
	for (const {descriptor: blob, content} of blobs) {
		if (store.blobs.has(blob.digest, blob.size)) continue;
		if (content instanceof Uint8Array) store.blobs.add(content, blob.mediaType);
		else store.blobs.adopt(content.path, content.digest);
	}
	const origin = isChecked ? 'checked' : 'archive';
	for (const {diffID, descriptor} of layers) await recordLayer(store, {diffID, blobs: {[origin]: descriptor}});
}

function nameOf(text: string): string {
	const reference = parseReference(text);
	if (reference && !reference.digest) return familiarName(reference);
	throw new Malformed(`it names an image ${JSON.stringify(text)}, which is no name`);
}
