import {suggest} from '../dockerfile/suggest.ts';
import {StoreError, UsageError} from '../errors.ts';
import {hexOf} from '../oci/digest.ts';
import {familiarName, parseReference} from '../oci/reference.ts';
import type {Store} from '../store/store.ts';
import {type CatalogImage, catalogImages, readImages} from './stored.ts';

/**
 * The image that `text` means: a name, with `:latest` understood, or a prefix of at least 4 hex digits of a digest or
 * an id that no other image has. Rejects with a UsageError if there is none, or more than one.
 */
export async function findImage(text: string, store: Store): Promise<CatalogImage> {
	const images = catalogImages(store.images.list());
	const name = storedName(text, images);
	const [found, ...others] = name === undefined ? await byPrefix(text, images, store) : withName(name, images);
	if (!found) throw unknown(text, images);
	if (others.length > 0) throw ambiguous(text, [found, ...others]);
	return found;
}

/** The name, as the store has it, that `text` means; undefined if no image has it. */
export function storedName(text: string, images: readonly CatalogImage[]): string | undefined {
	const reference = parseReference(text);
	const spellings = [text, ...(reference ? [familiarName(reference)] : [])];
	return spellings.find(name => withName(name, images).length > 0);
}

function withName(name: string, images: readonly CatalogImage[]): readonly CatalogImage[] {
	return images.filter(({names}) => names.includes(name));
}

async function byPrefix(text: string, images: readonly CatalogImage[], store: Store): Promise<readonly CatalogImage[]> {
	const prefix = /^(?:.*@)?(?:sha256:)?([a-f0-9]{4,64})$/.exec(text)?.[1];
	if (prefix === undefined) return [];
	const matches: CatalogImage[] = [];
	for (const image of images) {
		const ids = [hexOf(image.descriptor.digest), ...(await idsOf(image, store))];
		if (ids.some(id => id.startsWith(prefix))) matches.push(image);
	}
	return matches;
}

/** An image that is damaged can be found by its name and digest only. */
async function idsOf({descriptor}: CatalogImage, store: Store): Promise<readonly string[]> {
	try {
		const images = await readImages(descriptor, store);
		return images.flatMap(image => [hexOf(image.descriptor.digest), hexOf(image.manifest.config.digest)]);
	} catch (error) {
		if (error instanceof StoreError) return [];
		throw error;
	}
}

function unknown(text: string, images: readonly CatalogImage[]): UsageError {
	const names = images.flatMap(image => image.names);
	const [near] = suggest(
		text,
		names.flatMap(name => [name.replace(/:latest$/, ''), name]),
	);
	return new UsageError('IMAGE_UNKNOWN', `no image ${text} in the store`, {
		help: [...(near ? [`did you mean ${near}?`] : []), 'what is there: strata images'],
	});
}

function ambiguous(text: string, images: readonly CatalogImage[]): UsageError {
	return new UsageError('IMAGE_AMBIGUOUS', `${text} begins the digests of ${images.length} images`, {
		notes: images.map(({descriptor, names}) => [descriptor.digest, ...names].join(' ')),
		help: ['give more digits, or a name'],
	});
}
