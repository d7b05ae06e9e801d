import {UsageError} from '../errors.ts';
import {familiarName, parseReference} from '../oci/reference.ts';
import type {CatalogOptions, Renamed} from './catalog.ts';
import {findImage, storedName} from './find.ts';
import {withStore} from './open.ts';
import {catalogImages} from './stored.ts';

/** Gives an image one more name; whoever had that name keeps its place without it. `source` as `findImage` takes it. */
export function tagImage(source: string, name: string, options: CatalogOptions = {}): Promise<Renamed> {
	return withStore(options, async store => {
		const reference = parseReference(name);
		if (!reference || reference.digest) {
			throw new UsageError('NAME_GRAMMAR', `${name} cannot be the name of an image`, {
				notes: ['a name is [HOST/]PATH[:TAG], its path in lower case'],
				help: ['as in: strata tag app team/app:1.4'],
			});
		}
		const {descriptor} = await findImage(source, store);
		const familiar = familiarName(reference);
		await store.images.tag(descriptor, familiar);
		return {digest: descriptor.digest, names: [familiar]};
	});
}

/**
 * Takes a name away, and with its last name the image; a digest or id takes the image with all its names. What it
 * alone needed stays until `prune`.
 */
export function removeImage(name: string, options: CatalogOptions = {}): Promise<Renamed> {
	return withStore(options, async store => {
		const {descriptor, names} = await findImage(name, store);
		const taken = storedName(name, catalogImages(store.images.list()));
		if (taken === undefined) await store.images.remove(descriptor.digest);
		else await store.images.untag(taken);
		return {digest: descriptor.digest, names: taken === undefined ? names : [taken]};
	});
}
