import {createHash} from 'node:crypto';
import {createReadStream, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {createGunzip} from 'node:zlib';
import {layerEntries, mergeLayers} from './trees.mjs';

/** An image of an OCI layout, its layers unread; of an index the first. */
export function imageOf(layout, name) {
	const index = read(join(layout, 'index.json'));
	const entry = index.manifests.find(({annotations}) => annotations?.['org.opencontainers.image.ref.name'] === name);
	if (!entry) throw new Error(`the layout has no image ${name}`);
	const top = read(blobPath(layout, entry.digest));
	const manifest = top.manifests ? read(blobPath(layout, top.manifests[0].digest)) : top;
	return {
		layout,
		source: `oci-layout://${layout}:${name}`,
		digest: entry.digest,
		manifest,
		config: read(blobPath(layout, manifest.config.digest)),
	};
}

/** Layers that several images of a run share, read once. */
const layers = new Map();

/** All files of an image, by path: what tar and the whiteouts of the image specification say, read by nothing of ours. */
export async function treeOf({layout, manifest, layers: files}) {
	if (files) return mergeLayers(await Promise.all(files.map(path => layerOf(path, 'tar'))));
	const read = manifest.layers.map(({digest, mediaType}) => {
		if (!layers.has(digest)) layers.set(digest, layerOf(blobPath(layout, digest), mediaType));
		return layers.get(digest);
	});
	return mergeLayers(await Promise.all(read));
}

/** What lies in one layer, whiteouts as they are. */
export function layerOf(path, mediaType) {
	const file = createReadStream(path);
	return layerEntries(/gzip$/.test(mediaType) ? file.pipe(createGunzip()) : file);
}

/** The path of a blob in a layout. */
export function blobPath(layout, digest) {
	return join(layout, 'blobs', ...digest.split(':'));
}

/** A digest as the specifications write it. */
export function digestOf(bytes) {
	return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function read(path) {
	return JSON.parse(readFileSync(path, 'utf8'));
}
