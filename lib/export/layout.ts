import {existsSync, mkdirSync, readdirSync, realpathSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {UsageError} from '../errors.ts';
import type {Descriptor, Index} from '../oci/image.ts';
import {emptyIndex, layoutVersion} from '../oci/layout.ts';
import {readIndex} from '../store/images.ts';
import type {Store} from '../store/store.ts';
import {layoutEntries, mergeEntries} from './entries.ts';
import {outputError} from './errors.ts';
import {contentsOf, type ExportedImage} from './image.ts';
import {placeBlob} from './place.ts';

/**
 * Puts an image into the OCI layout at `dir` (https://github.com/opencontainers/image-spec/blob/main/image-layout.md),
 * which is made if it is not there. Images that are in it stay; a name moves to this image. index.json is replaced
 * whole, once all blobs are there. For the names see `layoutEntries`.
 */
export async function exportLayout(dir: string, image: ExportedImage, store: Store): Promise<void> {
	const contents = await contentsOf(image.descriptor, store.blobs);
	try {
		prepare(dir);
		await using _ = await store.lock(`export ${realpathSync(dir)}`);
		for (const {digest, size} of contents) placeBlob(store.blobs.pathOf(digest), size, dir);
		addEntries(dir, layoutEntries(image));
	} catch (error) {
		throw outputError(dir, error);
	}
}

function prepare(dir: string): void {
	mkdirSync(dir, {recursive: true});
	if (!existsSync(join(dir, 'oci-layout'))) {
		if (readdirSync(dir).length > 0) throw notALayout(dir);
		writeWhole(dir, 'oci-layout', JSON.stringify(layoutVersion));
	}
	mkdirSync(join(dir, 'blobs/sha256'), {recursive: true});
}

function notALayout(dir: string): UsageError {
	return new UsageError('OUTPUT_NOT_A_LAYOUT', `${dir} is not empty, and not an OCI layout`, {
		help: ['name a new folder, or an empty one: -o DIR'],
	});
}

function addEntries(dir: string, entries: readonly Descriptor[]): void {
	const index = indexOf(dir);
	writeWhole(dir, 'index.json', JSON.stringify({...index, manifests: mergeEntries(index.manifests, entries)}));
}

function indexOf(dir: string): Index {
	const path = join(dir, 'index.json');
	return existsSync(path) ? readIndex(path) : emptyIndex;
}

function writeWhole(dir: string, name: string, text: string): void {
	const temporary = join(dir, `.${name}.${process.pid}`);
	writeFileSync(temporary, text, {flush: true});
	renameSync(temporary, join(dir, name));
}
