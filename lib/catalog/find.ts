import {suggest} from '../dockerfile/suggest.ts';
import {UsageError} from '../errors.ts';
import {bare} from '../oci/descriptor.ts';
import {type Digest, hexOf} from '../oci/digest.ts';
import type {Descriptor} from '../oci/image.ts';
import {familiarName, parseReference} from '../oci/reference.ts';
import type {Store} from '../store/store.ts';
import {type CatalogImage, catalogImages, isDamage, type ReadImage, readImages} from './stored.ts';

/** An image that was asked for. */
export interface FoundImage extends CatalogImage {
	/** Where a digest or id is not that of the index `descriptor`, but of one of its images: that one. */
	readonly child?: Descriptor;
}

/**
 * The image that `text` means: a name, with `:latest` understood, or a prefix of at least 4 hex digits of a digest or
 * an id that no other image has. What is an image by itself comes before an index that names it. Rejects with a UsageError if there is none, or more than one.
 */
export async function findImage(text: string, store: Store): Promise<FoundImage> {
	const images = catalogImages(store.images.list());
	const name = storedName(text, images);
	const [found, ...others] = name === undefined ? await byPrefix(text, images, store) : withName(name, images);
	if (!found) throw unknown(text, images);
	if (others.length > 0) throw ambiguous(text, [found, ...others]);
	return found;
}

/** What is meant by itself: not the index of which it is a part. */
export function meantBy({child, descriptor}: FoundImage): Descriptor {
	return child ?? descriptor;
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

async function byPrefix(text: string, images: readonly CatalogImage[], store: Store): Promise<readonly FoundImage[]> {
	const prefix = /^(?:.*@)?(?:sha256:)?([a-f0-9]{4,64})$/.exec(text)?.[1];
	if (prefix === undefined) return [];
	const own = images.filter(({descriptor}) => hexOf(descriptor.digest) === prefix);
	if (own.length > 0) return own;
	const matches = new Map<Digest, FoundImage>();
	for (const image of images) {
		for (const found of await meantIn(image, prefix, store)) {
			const {digest} = meantBy(found);
			if (!found.child || !matches.has(digest)) matches.set(digest, found);
		}
	}
	return [...matches.values()];
}

/**
 * The image, or those of its index, whose digest or id begins so. The id of an index of one image is that image's. One that is damaged can be
 * found by its name and digest only.
 */
async function meantIn(image: CatalogImage, prefix: string, store: Store): Promise<readonly FoundImage[]> {
	const begins = (digest: Digest) => hexOf(digest).startsWith(prefix);
	if (begins(image.descriptor.digest)) return [image];
	const parts = await readImages(image.descriptor, store).catch(error => {
		if (isDamage(error)) return [];
		throw error;
	});
	const idOf = ({manifest}: ReadImage) => manifest.config.digest;
	if (parts.length === 1 && parts.some(part => begins(idOf(part)))) return [image];
	const meant = parts.filter(part => begins(part.descriptor.digest) || begins(idOf(part)));
	return meant.map(({descriptor}) => ({...image, child: bare(descriptor)}));
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

function ambiguous(text: string, images: readonly FoundImage[]): UsageError {
	return new UsageError('IMAGE_AMBIGUOUS', `${text} begins the digests of ${images.length} images`, {
		notes: images.map(image => [meantBy(image).digest, ...image.names].join(' ')),
		help: ['give more digits, or a name'],
	});
}
