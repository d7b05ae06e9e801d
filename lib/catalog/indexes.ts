import {UsageError} from '../errors.ts';
import {indexEntries} from '../export/index-entries.ts';
import {imageIndex, withEntries, withoutEntry} from '../image/image-index.ts';
import {hexOf} from '../oci/digest.ts';
import type {Descriptor, Index} from '../oci/image.ts';
import {formatPlatform, hostPlatform, type Platform} from '../oci/platform.ts';
import {familiarName, parseReference} from '../oci/reference.ts';
import {changeIndex, findIndex, type StoredIndex} from '../store/indexes.ts';
import type {Store} from '../store/store.ts';
import type {CatalogOptions, Renamed} from './catalog.ts';
import {findImage, meantBy} from './find.ts';
import {withStore} from './open.ts';
import {preferred, readImages} from './stored.ts';

/** What an index says of an image besides what the image says itself. */
export interface EntryFacts {
	/** In place of the image's own. */
	readonly platform?: Partial<Platform>;
	readonly annotations?: Readonly<Record<string, string>>;
}

export interface AddOptions extends CatalogOptions, EntryFacts {
	/** Of an image that is an index, all that it names; default: the one for this machine. */
	readonly all?: boolean;
}

export interface CreateOptions extends CatalogOptions, Pick<AddOptions, 'all'> {
	/** Go on with an index that has the name already. */
	readonly amend?: boolean;
	/** For the index itself. */
	readonly annotations?: Readonly<Record<string, string>>;
}

/** Makes an index of images of the store, which may be none. Rejects with a UsageError if the name is taken, unless `amend`. */
export function createIndex(
	name: string,
	images: readonly string[],
	{annotations = {}, amend, ...options}: CreateOptions = {},
): Promise<Renamed> {
	return withStore(options, async store => {
		const known = indexName(name);
		const entries = await entriesOf(images, options, store);
		return changed(known, store, before => {
			if (before && !amend) throw nameTaken(known);
			return noted(withEntries(before?.index ?? imageIndex([]), entries), annotations);
		});
	});
}

/** Adds images of the store to an index; each takes the place of the one for the same platform. */
export function addToIndex(name: string, images: readonly string[], options: AddOptions = {}): Promise<Renamed> {
	return withStore(options, async store => {
		const entries = await entriesOf(images, options, store);
		return changed(indexName(name), store, before => withEntries(there(before, name).index, entries));
	});
}

/** Changes what an index says of one of its images, or without `image` of itself. */
export function annotateIndex(
	name: string,
	image: string | undefined,
	{annotations = {}, ...options}: CatalogOptions & EntryFacts,
): Promise<Renamed> {
	return withStore(options, async store => {
		const found = image === undefined ? undefined : await entryIn(name, image, store);
		return changed(indexName(name), store, before => {
			const {index} = there(before, name);
			if (!found) return noted(index, annotations);
			const manifests = index.manifests.map(entry =>
				entry.digest === found.digest ? withFacts(entry, {...options, annotations}) : entry,
			);
			return {...index, manifests};
		});
	});
}

/** Takes an image out of an index; the image itself stays where it is. */
export function removeFromIndex(name: string, image: string, options: CatalogOptions = {}): Promise<Renamed> {
	return withStore(options, async store => {
		const {digest} = await entryIn(name, image, store);
		return changed(indexName(name), store, before => withoutEntry(there(before, name).index, digest));
	});
}

/** Takes the name of an index away, and with its last name the index; the images that it names stay where they are. */
export function removeIndex(name: string, options: CatalogOptions = {}): Promise<Renamed> {
	return withStore(options, async store => {
		const known = indexName(name);
		const {descriptor} = there(await findIndex(known, store), name);
		await store.images.untag(known);
		return {digest: descriptor.digest, names: [known]};
	});
}

async function changed(name: string, store: Store, edit: (before: StoredIndex | undefined) => Index): Promise<Renamed> {
	const {descriptor} = await changeIndex(name, store, edit);
	return {digest: descriptor.digest, names: [name]};
}

function indexName(name: string): string {
	const reference = parseReference(name);
	if (reference && !reference.digest) return familiarName(reference);
	throw new UsageError('NAME_GRAMMAR', `${name} cannot be the name of an index`, {
		help: ['as in: strata manifest create team/app:1.4'],
	});
}

function nameTaken(name: string): UsageError {
	return new UsageError('NAME_TAKEN', `there is an index ${name}`, {
		help: ['add to it: strata manifest create --amend', `or take its name away: strata manifest rm ${name}`],
	});
}

function there(found: StoredIndex | undefined, name: string): StoredIndex {
	if (found) return found;
	throw new UsageError('IMAGE_UNKNOWN', `no index ${name} in the store`, {
		help: [`make it: strata manifest create ${name}`],
	});
}

async function entriesOf(images: readonly string[], options: AddOptions, store: Store): Promise<readonly Descriptor[]> {
	const entries = [];
	for (const image of images) entries.push(...(await entriesFor(image, options, store)));
	return entries.map(entry => withFacts(entry, options));
}

async function entriesFor(image: string, {all}: AddOptions, store: Store): Promise<readonly Descriptor[]> {
	const descriptor = meantBy(await findImage(image, store));
	if (all) return indexEntries(descriptor, store.blobs);
	const one = preferred(await readImages(descriptor, store))?.descriptor;
	if (!one) {
		throw new UsageError('IMAGE_MISSING', `the blobs of ${image} are not in the store`, {
			help: [`build it again, or forget it: strata rmi ${image}`],
		});
	}
	const {mediaType, digest, size, platform} = one;
	return indexEntries({mediaType, digest, size, ...(platform ? {platform} : {})}, store.blobs);
}

function withFacts(entry: Descriptor, {platform, annotations = {}}: EntryFacts): Descriptor {
	const all = {...entry.annotations, ...annotations};
	return {
		...entry,
		...(platform ? {platform: {...(entry.platform ?? hostPlatform()), ...platform}} : {}),
		...(Object.keys(all).length > 0 ? {annotations: all} : {}),
	};
}

function noted(index: Index, annotations: Readonly<Record<string, string>>): Index {
	const all = {...index.annotations, ...annotations};
	return Object.keys(all).length > 0 ? {...index, annotations: all} : index;
}

/** The entry that `image` means: an image of the store that is in the index, the beginning of a digest, or a platform. */
async function entryIn(name: string, image: string, store: Store): Promise<Descriptor> {
	const {index} = there(await findIndex(indexName(name), store), name);
	const prefix = /^(?:.*@)?(?:sha256:)?([a-f0-9]{4,64})$/.exec(image)?.[1];
	// what the index names need not be an image of the store by itself
	const own = await findImage(image, store).catch(() => undefined);
	const meant = index.manifests.filter(
		({digest, platform}) =>
			(own && digest === meantBy(own).digest) ||
			(prefix !== undefined && hexOf(digest).startsWith(prefix)) ||
			(platform !== undefined && formatPlatform(platform) === image),
	);
	const [found, ...others] = meant;
	if (found && others.length === 0) return found;
	throw new UsageError('NOT_IN_INDEX', `${image} means ${found ? 'several images' : 'no image'} of ${name}`, {
		notes: index.manifests.map(({digest, platform}) => `${digest}${platform ? `  ${formatPlatform(platform)}` : ''}`),
		help: ['name it by its digest'],
	});
}
