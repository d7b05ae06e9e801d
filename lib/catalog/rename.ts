import {UsageError} from '../errors.ts';
import type {Descriptor} from '../oci/image.ts';
import type {CatalogOptions, Renamed} from './catalog.ts';
import {type FoundImage, findImage, meantBy, storedName} from './find.ts';
import {imageNameOf} from './image-name.ts';
import {withStore} from './open.ts';
import {catalogImages} from './stored.ts';

/** Gives an image one more name; whoever had that name keeps its place without it. `source` as `findImage` takes it. */
export function tagImage(source: string, name: string, options: CatalogOptions = {}): Promise<Renamed> {
	return withStore(options, async store => {
		const familiar = imageNameOf(name, 'strata tag app team/app:1.4');
		const descriptor = meantBy(await findImage(source, store));
		await store.images.tag(descriptor, familiar);
		return {digest: descriptor.digest, names: [familiar]};
	});
}

/**
 * Takes a name away, and with its last name the image; a digest or id takes the image with all its names,
 * but nothing out of an index. What it alone needed stays until `prune`.
 */
export function removeImage(name: string, options: CatalogOptions = {}): Promise<Renamed> {
	return withStore(options, async store => {
		const found = await findImage(name, store);
		if (found.child) throw isPart(found, found.child);
		const {descriptor, names} = found;
		const taken = storedName(name, catalogImages(store.images.list()));
		if (taken === undefined) await store.images.remove(descriptor.digest);
		else await store.images.untag(taken);
		return {digest: descriptor.digest, names: taken === undefined ? names : [taken]};
	});
}

function isPart({names, descriptor}: FoundImage, {digest}: Descriptor): UsageError {
	const index = names[0] ?? descriptor.digest;
	return new UsageError('PART_OF_INDEX', `${digest} is a part of ${index}, and goes with it only`, {
		help: [
			`all of it: strata rmi ${index}`,
			...names.slice(0, 1).map(name => `or an index without it: strata manifest remove ${name} ${digest}`),
		],
	});
}
