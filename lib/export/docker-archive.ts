import type {Writable} from 'node:stream';
import type {Bytes} from '../bytes.ts';
import {archive} from '../layer/archive.ts';
import type {Descriptor} from '../oci/image.ts';
import {choosePlatform, hostPlatform} from '../oci/platform.ts';
import type {BlobStore, Store} from '../store/store.ts';
import {blobFiles, blobPath, indexFiles, jsonFile} from './archive.ts';
import {fullName, namedEntries} from './entries.ts';
import {contentsOf, type ExportedImage, manifestsOf, readManifest} from './image.ts';
import {writeArchive} from './write.ts';

/**
 * Writes an image as the tar that every `docker load` and `podman load` takes: see `dockerArchive`. `dest` as in
 * `exportArchive`. Answers with the size of the tar.
 */
export async function exportDockerArchive(
	dest: string | Writable,
	image: ExportedImage,
	store: Store,
): Promise<number> {
	return writeArchive(dest, await dockerArchive(image, store));
}

/**
 * A tar with manifest.json for readers of docker's own format, and index.json for those that keep OCI layouts. Both name
 * the same blobs, compressed as they are. It holds one platform, since manifest.json can say no more (SURFACE OUT-2):
 * of several, this machine's, else the first.
 */
export async function dockerArchive({descriptor, names}: ExportedImage, {blobs}: Store): Promise<Bytes> {
	const image = {descriptor: await onePlatform(descriptor, blobs), names};
	const {config, layers} = await readManifest(image.descriptor, blobs);
	const manifest = {Config: blobPath(config), RepoTags: names.map(fullName), Layers: layers.map(blobPath)};
	return archive([
		...indexFiles(namedEntries(image)),
		jsonFile('manifest.json', [manifest]),
		...blobFiles(await contentsOf(image.descriptor, blobs), blobs),
	]);
}

async function onePlatform(descriptor: Descriptor, blobs: BlobStore): Promise<Descriptor> {
	const manifests = await manifestsOf(descriptor, blobs);
	return choosePlatform(manifests, hostPlatform()) ?? manifests[0] ?? descriptor;
}
