import {resolve} from 'node:path';
import {UsageError} from '../errors.ts';
import type {ImageSink} from '../oci/copy.ts';
import type {Descriptor} from '../oci/image.ts';
import {refName} from '../oci/layout.ts';
import type {LayoutReference} from '../registry/layout.ts';
import {watched} from '../registry/store-sink.ts';
import {type OnTransfer, transferReport} from '../registry/transfer.ts';
import {blobStore} from '../store/blobs.ts';
import type {Store} from '../store/store.ts';
import {layoutEntries, mergeEntries} from './entries.ts';
import {outputError} from './errors.ts';
import {contentsOfAll, type ExportedImage} from './image.ts';
import {beginLayout, indexOf, lockLayout, replaceIndex} from './layout-folder.ts';
import {placeBlob} from './place.ts';
import {temporaryIn} from './temporary.ts';

/**
 * Puts images into the OCI layout at `dir` (https://github.com/opencontainers/image-spec/blob/main/image-layout.md),
 * which is made if it is not there. Images that are in it stay; a name moves to the image that has it now. index.json
 * is replaced whole, once all blobs are there. For the names see `layoutEntries`.
 */
export async function exportLayout(
	dir: string,
	images: readonly ExportedImage[],
	store: Store,
	signal?: AbortSignal,
): Promise<void> {
	const contents = await contentsOfAll(images, store.blobs);
	try {
		prepare(dir);
		await using _ = await lockLayout(dir, signal);
		for (const {digest, size} of contents) {
			signal?.throwIfAborted();
			await placeBlob(store.blobs.pathOf(digest), size, dir);
		}
		addEntries(dir, images.flatMap(layoutEntries));
	} catch (error) {
		signal?.throwIfAborted();
		throw outputError(dir, error);
	}
}

export interface LayoutSinkOptions {
	/** Where the image comes from, as progress names it. */
	readonly ref: string;
	readonly onTransfer?: OnTransfer;
}

/** A place for one image in an OCI layout, which is made if it is not there: under its name, or without one. */
export function layoutSink({folder, name}: LayoutReference, {ref, onTransfer}: LayoutSinkOptions): ImageSink {
	const dir = resolve(folder);
	const blobs = blobStore(dir, () => temporaryIn(dir));
	const taken: Descriptor[] = [];
	const take: ImageSink['take'] = async (blob, from, signal) => {
		prepare(dir);
		taken.push(blob);
		const report = transferReport(blob, {direction: 'pull', ref}, onTransfer);
		if (blobs.has(blob.digest, blob.size)) return report.end('present');
		await blobs.put(blob, watched(from.open(blob, {onRetry: report.retry, signal}), report));
		report.end('done');
	};
	return {
		take,
		async takeRoot(root, from, signal) {
			prepare(dir);
			await using _ = await lockLayout(dir, signal);
			// others may have removed what their index did not name
			for (const blob of taken)
				if (!blobs.has(blob.digest, blob.size)) await blobs.put(blob, from.open(blob, {signal}));
			await take(root, from, signal);
			const {mediaType, digest, size, platform} = root;
			const bare = {mediaType, digest, size, ...(platform ? {platform} : {})};
			addEntries(dir, [name === undefined ? bare : {...bare, annotations: {[refName]: name}}]);
		},
	};
}

function prepare(dir: string): void {
	if (beginLayout(dir)) return;
	throw new UsageError('OUTPUT_NOT_A_LAYOUT', `${dir} is not empty, and not an OCI layout`, {
		help: ['name a new folder, or an empty one: -o DIR'],
	});
}

/** The lock is the caller's. */
function addEntries(dir: string, entries: readonly Descriptor[]): void {
	const index = indexOf(dir);
	replaceIndex(dir, {...index, manifests: mergeEntries(index.manifests, entries)});
}
