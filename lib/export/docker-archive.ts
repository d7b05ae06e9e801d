import type {Writable} from 'node:stream';
import type {Bytes} from '../bytes.ts';
import {UsageError} from '../errors.ts';
import {archive} from '../layer/archive.ts';
import {isManifest} from '../oci/media-types.ts';
import {choosePlatform, formatPlatform, hostPlatform, isNowhere, type Platform, satisfies} from '../oci/platform.ts';
import type {BlobStore, Store} from '../store/store.ts';
import {blobFiles, blobPath, indexFiles, jsonFile} from './archive.ts';
import {fullName, namedEntries} from './entries.ts';
import {contentsOfAll, contentsThere, type ExportedImage, readManifest} from './image.ts';
import {writeArchive} from './write.ts';

/**
 * Writes an image as the tar that every `docker load` and `podman load` takes: see `dockerArchive`. `dest` as in
 * `exportArchive`. Answers with the size of the tar.
 */
export async function exportDockerArchive(
	dest: string | Writable,
	image: ExportedImage,
	store: Store,
	signal?: AbortSignal,
): Promise<number> {
	return writeArchive(dest, await dockerArchive([image], store), signal);
}

/**
 * A tar with manifest.json for readers of docker's own format, and index.json for those that keep OCI layouts. Both name
 * the same blobs, compressed as they are. It holds one platform of each image, since manifest.json can say no more (SURFACE
 * OUT-2): of several, this machine's. Rejects with a UsageError where there is none.
 */
export async function dockerArchive(images: readonly ExportedImage[], {blobs}: Store): Promise<Bytes> {
	const single = await Promise.all(images.map(image => onePlatform(image, blobs)));
	return archive([
		...indexFiles(single.flatMap(namedEntries)),
		jsonFile('manifest.json', await Promise.all(single.map(image => manifestEntry(image, blobs)))),
		...blobFiles(await contentsOfAll(single, blobs), blobs),
	]);
}

async function manifestEntry({descriptor, names}: ExportedImage, blobs: BlobStore) {
	const {config, layers} = await readManifest(descriptor, blobs);
	return {Config: blobPath(config), RepoTags: names.map(fullName), Layers: layers.map(blobPath)};
}

/** Refuses what has several platforms, none of them this machine's. */
export function refuseForeignOnly(platforms: readonly Platform[]): void {
	const host = hostPlatform();
	if (platforms.length <= 1 || platforms.some(platform => satisfies(platform, host))) return;
	throw new UsageError(
		'ONE_PLATFORM',
		`docker's format holds one platform, and none is for this ${formatPlatform(host)} machine`,
		{
			notes: [`the image is for ${platforms.map(formatPlatform).join(', ')}`],
			help: ['all of them: -o type=oci,dest=FILE', 'or one: --platform OS/ARCH'],
		},
	);
}

/** What an index names besides the image that was taken out of it. */
export interface LeftOut {
	readonly platforms: readonly string[];
	readonly attestations: number;
}

/** The image of one platform that docker's format has room for: of several, this machine's. Rejects with a UsageError where there is none. */
export async function onePlatform(
	{descriptor, names}: ExportedImage,
	blobs: BlobStore,
): Promise<ExportedImage & {readonly leftOut?: LeftOut}> {
	const manifests = (await contentsThere(descriptor, blobs)).filter(({mediaType}) => isManifest(mediaType));
	// attestations are no images
	const runnable = manifests.filter(({platform}) => !isNowhere(platform));
	refuseForeignOnly(runnable.flatMap(({platform}) => platform ?? []));
	const chosen = choosePlatform(runnable, hostPlatform()) ?? runnable[0] ?? descriptor;
	const platforms = runnable.flatMap(one => (one === chosen || !one.platform ? [] : [formatPlatform(one.platform)]));
	const attestations = manifests.length - runnable.length;
	const isWhole = platforms.length + attestations === 0;
	return {
		descriptor: chosen,
		names,
		...(isWhole ? {} : {leftOut: {platforms, attestations}}),
	};
}
