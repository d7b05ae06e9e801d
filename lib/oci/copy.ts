import {collect} from '../bytes.ts';
import {StoreError} from '../errors.ts';
import type {BlobSink, BlobSource} from './blobs.ts';
import type {Descriptor} from './image.ts';
import {isIndex, isManifest} from './media-types.ts';
import {parseIndex, parseManifest} from './parse.ts';

/** Copies all that `root` reaches. What others refer to goes first: a sink never has a manifest without its blobs. */
export async function copy(root: Descriptor, from: BlobSource, to: BlobSink): Promise<void> {
	if (!isIndex(root.mediaType) && !isManifest(root.mediaType)) return to.put(root, from.open(root));
	const bytes = await collect(from.open(root));
	for (const child of childrenOf(root, bytes)) await copy(child, from, to);
	await to.put(root, once(bytes));
}

/** What a manifest or index refers to, in the order it does. */
export function childrenOf(root: Descriptor, bytes: Uint8Array): readonly Descriptor[] {
	if (isIndex(root.mediaType)) {
		const index = parseIndex(bytes);
		if (index) return index.manifests;
	} else if (isManifest(root.mediaType)) {
		const manifest = parseManifest(bytes);
		if (manifest) return [manifest.config, ...manifest.layers];
	} else {
		return [];
	}
	throw new StoreError('NOT_A_MANIFEST', `${root.digest} is not the ${root.mediaType} that its descriptor says`);
}

async function* once(bytes: Uint8Array) {
	yield bytes;
}
