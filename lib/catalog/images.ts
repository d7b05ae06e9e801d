import {familiarRepository, parseReference} from '../oci/reference.ts';
import type {Store} from '../store/store.ts';
import type {CatalogOptions, ImageSummary} from './catalog.ts';
import {withStore} from './open.ts';
import {type CatalogImage, catalogImages, isDamage, preferred, readImages, storedSize} from './stored.ts';

export interface ListOptions extends CatalogOptions {
	/** Only the images of this name: `redis` stands for all its tags. */
	readonly name?: string;
}

/** The images of the store: a row for each name, one for an image without a name, the newest first. */
export function images(options: ListOptions = {}): Promise<readonly ImageSummary[]> {
	return withStore(options, async store => {
		const found = await Promise.all(catalogImages(store.images.list()).map(image => summaries(image, store)));
		return found.flat().filter(row => options.name === undefined || isCalled(row, options.name));
	});
}

async function summaries(image: CatalogImage, store: Store): Promise<readonly ImageSummary[]> {
	const facts = await factsOf(image, store);
	if (image.names.length === 0) return [facts];
	return image.names.map(name => ({...splitName(name), ...facts}));
}

/** An image whose blobs are damaged or gone is listed, so that it can be removed. */
async function factsOf(image: CatalogImage, store: Store): Promise<ImageSummary> {
	const {descriptor, tagged} = image;
	const bare = {id: descriptor.digest, digest: descriptor.digest, platforms: [], tagged, size: 0, layers: 0};
	try {
		const platforms = await readImages(descriptor, store);
		const shown = preferred(platforms);
		if (!shown) return bare;
		return {
			...bare,
			id: platforms.length > 1 ? descriptor.digest : shown.manifest.config.digest,
			platforms: platforms.map(({platform}) => platform),
			...(shown.config.created ? {created: shown.config.created} : {}),
			size: await storedSize(descriptor, store),
			layers: shown.manifest.layers.length,
		};
	} catch (error) {
		if (isDamage(error)) return bare;
		throw error;
	}
}

/** `localhost:5000/redis:7` is repository `localhost:5000/redis`, tag `7`. */
function splitName(name: string): Pick<ImageSummary, 'repository' | 'tag'> {
	const colon = name.lastIndexOf(':');
	if (colon <= name.lastIndexOf('/')) return {repository: name};
	return {repository: name.slice(0, colon), tag: name.slice(colon + 1)};
}

function isCalled({repository, tag}: ImageSummary, name: string): boolean {
	if (name === repository || name === `${repository}:${tag}`) return true;
	const reference = parseReference(name);
	if (!reference || familiarRepository(reference) !== repository) return false;
	return reference.tag === tag || !splitName(name).tag;
}
