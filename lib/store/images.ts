import {readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {StoreError} from '../errors.ts';
import type {Descriptor, Index} from '../oci/image.ts';
import {
	descriptorOf,
	isLeftByFailure,
	nameOf,
	taggedAt,
	withoutManifest,
	withoutTag,
	withTag,
	withTagMoved,
} from '../oci/layout.ts';
import {isIndex, isManifest} from '../oci/media-types.ts';
import {parseIndex} from '../oci/parse.ts';
import {blobPath} from './blobs.ts';
import {forStore} from './failure.ts';
import {replaceFile} from './replace.ts';
import type {Images, Store, StoredImage} from './store.ts';

/** The images that `index.json` of a store names. What other tools wrote there is listed and kept too. */
export function indexedImages({root, temporary, lock}: Pick<Store, 'root' | 'temporary' | 'lock'>): Images {
	const path = join(root, 'index.json');
	const read = () => forStore({root, doing: 'reading its index.json'}, () => readIndex(path));
	const list = () =>
		read()
			.manifests.filter(isImage)
			.map(entry => storedImage(root, entry));

	const change = async (edit: (index: Index) => Index) => {
		await using _ = await lock('index.json');
		const before = read();
		const after = edit(before);
		if (after === before) return false;
		forStore({root, doing: 'naming an image'}, () =>
			replaceFile(`${JSON.stringify(after, undefined, '\t')}\n`, {temporary: temporary(), path, mode: 0o644}),
		);
		return after.manifests.length < before.manifests.length;
	};

	return {
		list,
		find: name => list().find(image => image.name === name),
		async tag(descriptor, name) {
			const at = new Date();
			await change(index => withTag(index, descriptor, name === undefined ? {at} : {name, at}));
		},
		async replace(descriptor, name) {
			const at = new Date();
			await change(index => withTagMoved(index, descriptor, {name, at}));
		},
		async tagFailed(descriptor, name) {
			const at = new Date();
			await change(index => withTag(index, descriptor, {name, at, failed: true}));
		},
		untag: name => change(index => withoutTag(index, name)),
		async remove(digest) {
			await change(index => withoutManifest(index, digest));
		},
	};
}

/** `index.json` of an OCI layout. */
export function readIndex(path: string): Index {
	const index = parseIndex(readFileSync(path));
	if (!index) throw new StoreError('INDEX_DAMAGED', `${path} is not an image index`);
	return index;
}

function isImage({mediaType}: Descriptor): boolean {
	return isManifest(mediaType) || isIndex(mediaType);
}

function storedImage(root: string, entry: Descriptor): StoredImage {
	const name = nameOf(entry);
	const tagged = Date.parse(entry.annotations?.[taggedAt] ?? '');
	const image = {
		descriptor: descriptorOf(entry),
		tagged: Number.isNaN(tagged) ? arrival(root, entry) : tagged,
		...(isLeftByFailure(entry) ? {failed: true as const} : {}),
	};
	return name === undefined ? image : {...image, name};
}

/** Another tool wrote the entry: it came when its blob did. */
function arrival(root: string, {digest}: Descriptor): number {
	return Math.floor(statSync(blobPath(root, digest), {throwIfNoEntry: false})?.mtimeMs ?? 0);
}
