import {type DiffID, digestOf, hexOf} from '../../lib/oci/digest.ts';
import type {Descriptor} from '../../lib/oci/image.ts';
import {ociConfig, ociIndex, ociLayer, ociManifest} from '../../lib/oci/media-types.ts';
import {type Platform, parsePlatform} from '../../lib/oci/platform.ts';

/** An image, or several under one index, with all that it reaches. Its layers are texts: enough for moving them. */
export interface TestImage {
	readonly root: Descriptor;
	/** By digest. */
	readonly blobs: ReadonlyMap<string, {readonly mediaType: string; readonly bytes: Buffer}>;
	readonly layers: readonly Descriptor[];
}

/** An image for a platform, with these texts as its layers. Its config says what they unpack to: themselves, or what it is told to say. */
export function imageOf(
	platform: string,
	layers: readonly (string | Buffer)[],
	mediaType = ociLayer,
	diffIDs?: readonly DiffID[],
): TestImage {
	const parts = layers.map(content => partOf(mediaType, Buffer.from(content)));
	const rootfs = {type: 'layers', diff_ids: diffIDs ?? parts.map(({descriptor}) => descriptor.digest)};
	const config = partOf(ociConfig, json({...platformOf(platform), config: {Cmd: ['sh']}, rootfs}));
	const descriptors = parts.map(({descriptor}) => descriptor);
	const manifest = {schemaVersion: 2, mediaType: ociManifest, config: config.descriptor, layers: descriptors};
	const root = partOf(ociManifest, json(manifest));
	return {root: root.descriptor, blobs: blobsOf([...parts, config, root]), layers: descriptors};
}

/** An index of images by their platforms. */
export function indexOf(images: Readonly<Record<string, TestImage>>): TestImage {
	const entries = Object.entries(images);
	const manifests = entries.map(([platform, image]) => ({...image.root, platform: platformOf(platform)}));
	const root = partOf(ociIndex, json({schemaVersion: 2, mediaType: ociIndex, manifests}));
	const blobs = new Map(entries.flatMap(([, image]) => [...image.blobs]));
	return {root: root.descriptor, blobs: new Map([...blobs, ...blobsOf([root])]), layers: []};
}

/** Pushes an image to a registry without TLS, by the steps of the distribution specification. */
export async function push(
	host: string,
	repository: string,
	{image, tag}: {image: TestImage; tag: string},
): Promise<void> {
	const base = `http://${host}/v2/${repository}`;
	const isDocument = (mediaType: string) => mediaType === ociManifest || mediaType === ociIndex;
	for (const [digest, {mediaType, bytes}] of image.blobs) {
		if (isDocument(mediaType)) continue;
		const started = await fetch(`${base}/blobs/uploads/`, {method: 'POST'});
		const url = new URL(started.headers.get('location') ?? '', base);
		url.searchParams.set('digest', digest);
		await succeeded(fetch(url, {method: 'PUT', body: bytes, headers: {'content-type': 'application/octet-stream'}}));
	}
	for (const [digest, {mediaType, bytes}] of image.blobs) {
		const name = digest === image.root.digest ? tag : digest;
		if (!isDocument(mediaType)) continue;
		await succeeded(
			fetch(`${base}/manifests/${name}`, {method: 'PUT', body: bytes, headers: {'content-type': mediaType}}),
		);
	}
}

/** The files of an OCI layout that has the image under a name. */
export function layoutFiles(
	{root, blobs}: TestImage,
	annotations?: Record<string, string>,
): Record<string, string | Buffer> {
	const entry = annotations ? {...root, annotations} : root;
	const files = [...blobs].map(
		([digest, {bytes}]) => [`blobs/sha256/${hexOf(digest as typeof root.digest)}`, bytes] as const,
	);
	return {
		'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
		'index.json': json({schemaVersion: 2, manifests: [entry]}).toString(),
		...Object.fromEntries(files),
	};
}

async function succeeded(pending: Promise<Response>): Promise<void> {
	const response = await pending;
	if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
}

function platformOf(text: string): Platform {
	return parsePlatform(text) ?? {os: 'unknown', architecture: 'unknown'};
}

interface Part {
	readonly descriptor: Descriptor;
	readonly bytes: Buffer;
}

function partOf(mediaType: string, bytes: Buffer): Part {
	return {descriptor: {mediaType, digest: digestOf(bytes), size: bytes.byteLength}, bytes};
}

function blobsOf(parts: readonly Part[]): TestImage['blobs'] {
	return new Map(parts.map(({descriptor, bytes}) => [descriptor.digest, {mediaType: descriptor.mediaType, bytes}]));
}

function json(value: unknown): Buffer {
	return Buffer.from(JSON.stringify(value));
}
