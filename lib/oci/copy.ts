import {collect, inOnePiece} from '../bytes.ts';
import {StoreError} from '../errors.ts';
import type {BlobSource} from './blobs.ts';
import {eachOf} from './each-of.ts';
import type {Descriptor} from './image.ts';
import {isForeign, isIndex, isManifest} from './media-types.ts';
import {parseIndex, parseManifest} from './parse.ts';

/** A place that whole images are copied to: a registry, a store, a layout. */
export interface ImageSink {
	/** Sees to it that a blob of `from` is there; a manifest or index comes after all that it refers to. */
	take(descriptor: Descriptor, from: BlobSource, signal: AbortSignal): Promise<void>;
	/** The same for what the name of the copy stands for, which comes last. */
	takeRoot(root: Descriptor, from: BlobSource, signal: AbortSignal): Promise<void>;
}

/** Blobs on their way at the same time: enough for a fast line, few enough for a registry's patience. */
const atOnce = 4;

/**
 * Copies all that `root` reaches, but for layers that their publisher lets nobody copy. If something cannot be copied
 * the rest is stopped, and all has ended when this rejects.
 */
export async function copy(root: Descriptor, from: BlobSource, to: ImageSink, signal?: AbortSignal): Promise<void> {
	const stop = new AbortController();
	const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
	const documents = new Map<string, Uint8Array>();
	const below = (await contentsOf(root, from, documents)).slice(0, -1);
	const isDocument = ({digest}: Descriptor) => documents.has(digest);
	const read = knowing(documents, from);
	await eachOf(
		below.filter(blob => !isDocument(blob)),
		atOnce,
		async blob => {
			try {
				await to.take(blob, from, either);
			} catch (error) {
				stop.abort(error);
				throw error;
			}
		},
	);
	for (const document of below.filter(isDocument)) await to.take(document, read, either);
	await to.takeRoot(root, read, either);
}

/** `from` with some blobs at hand. */
function knowing(blobs: ReadonlyMap<string, Uint8Array>, from: BlobSource): BlobSource {
	return {
		has: (digest, size) => blobs.has(digest) || from.has(digest, size),
		open(descriptor, options) {
			const bytes = blobs.get(descriptor.digest);
			return bytes ? inOnePiece(bytes) : from.open(descriptor, options);
		},
	};
}

/**
 * Everything that `root` reaches, each once, what others refer to before them: `root` is the last. Manifests and indexes, which have to be
 * read for that, are left in `documents`.
 */
async function contentsOf(
	root: Descriptor,
	from: BlobSource,
	documents: Map<string, Uint8Array>,
): Promise<readonly Descriptor[]> {
	const found = new Map<string, Descriptor>();
	const visit = async (descriptor: Descriptor): Promise<void> => {
		if (found.has(descriptor.digest) || isForeign(descriptor.mediaType)) return;
		if (isIndex(descriptor.mediaType) || isManifest(descriptor.mediaType)) {
			const bytes = await collect(from.open(descriptor));
			documents.set(descriptor.digest, bytes);
			for (const child of childrenOf(descriptor, bytes)) await visit(child);
		}
		found.set(descriptor.digest, descriptor);
	};
	await visit(root);
	return [...found.values()];
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
