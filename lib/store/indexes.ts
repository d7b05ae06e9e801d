import {collect} from '../bytes.ts';
import {UsageError} from '../errors.ts';
import type {Descriptor, Index} from '../oci/image.ts';
import {isIndex} from '../oci/media-types.ts';
import {parseIndex} from '../oci/parse.ts';
import type {Store} from './store.ts';

/** The index of this name, and where it is; undefined if nothing has the name. Rejects with a UsageError if an image of one platform has it. */
export async function findIndex(name: string, {images, blobs}: Store): Promise<StoredIndex | undefined> {
	const descriptor = images.find(name)?.descriptor;
	if (!descriptor) return undefined;
	const index = isIndex(descriptor.mediaType) ? parseIndex(await collect(blobs.open(descriptor))) : undefined;
	if (index) return {descriptor, index};
	throw new UsageError('NOT_AN_INDEX', `${name} is an image of one platform, not an index`, {
		help: ['choose another name for the index', `or take this one away: strata rmi ${name}`],
	});
}

export interface StoredIndex {
	readonly descriptor: Descriptor;
	readonly index: Index;
}

/**
 * Puts what `edit` makes of the index of a name, of none if nothing has the name, in its place: one process after the other.
 * What had the name is no image of the store any more, unless it has another name.
 */
export async function changeIndex(
	name: string,
	store: Store,
	edit: (before: StoredIndex | undefined) => StoredIndex['index'],
): Promise<StoredIndex> {
	await using _ = await store.lock(`index ${name}`);
	const before = await findIndex(name, store);
	const index = edit(before);
	const {mediaType = before?.descriptor.mediaType ?? ''} = index;
	const written = store.blobs.add(Buffer.from(JSON.stringify(index)), mediaType);
	const descriptor = {...before?.descriptor, ...written};
	await store.images.replace(descriptor, name);
	return {descriptor, index};
}
