import type {Writable} from 'node:stream';
import type {Bytes} from '../bytes.ts';
import {type ArchiveEntry, archive, inMemory} from '../layer/archive.ts';
import {hexOf} from '../oci/digest.ts';
import type {Descriptor} from '../oci/image.ts';
import {emptyIndex, layoutVersion} from '../oci/layout.ts';
import type {BlobStore, Store} from '../store/store.ts';
import {namedEntries} from './entries.ts';
import {contentsOfAll, type ExportedImage} from './image.ts';
import {writeArchive} from './write.ts';

/**
 * Writes an image as a tar of an OCI layout: the same image and names, the same bytes. `dest` is a file, which appears
 * whole or not at all, or a stream, which stays open. Answers with the size of the tar. One entry a name and no short
 * second one: `podman load` and `oci-archive:F.tar` take an archive of one entry only.
 */
export async function exportArchive(
	dest: string | Writable,
	image: ExportedImage,
	store: Store,
	signal?: AbortSignal,
): Promise<number> {
	return writeArchive(dest, await ociArchive([image], store), signal);
}

/** A tar of an OCI layout that has these images. */
export async function ociArchive(images: readonly ExportedImage[], {blobs}: Store): Promise<Bytes> {
	return archive([
		...indexFiles(images.flatMap(namedEntries)),
		...blobFiles(await contentsOfAll(images, blobs), blobs),
	]);
}

/** The two files that make a folder of blobs an OCI layout. */
export function indexFiles(manifests: readonly Descriptor[]): readonly ArchiveEntry[] {
	return [jsonFile('oci-layout', layoutVersion), jsonFile('index.json', {...emptyIndex, manifests})];
}

/** Blobs where an OCI layout has them, each verified as it is read. */
export function blobFiles(contents: readonly Descriptor[], blobs: BlobStore): readonly ArchiveEntry[] {
	const files = contents.map(descriptor => ({
		name: blobPath(descriptor),
		content: {size: descriptor.size, open: () => blobs.open(descriptor)},
	}));
	return [{name: 'blobs/'}, {name: 'blobs/sha256/'}, ...files];
}

/** Where an OCI layout has a blob. */
export function blobPath({digest}: Pick<Descriptor, 'digest'>): string {
	return `blobs/sha256/${hexOf(digest)}`;
}

export function jsonFile(name: string, value: unknown): ArchiveEntry {
	return {name, content: inMemory(Buffer.from(JSON.stringify(value)))};
}
