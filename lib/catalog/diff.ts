import {treeOfLayers} from '../export/layer-tocs.ts';
import {compareConfigs} from '../image/compare.ts';
import {layersOf} from '../registry/layers.ts';
import type {Store} from '../store/store.ts';
import {compareTrees} from '../tree/compare.ts';
import type {ImageDifferences} from './catalog.ts';
import {findImage} from './find.ts';
import {type InspectOptions, readOne} from './inspect.ts';
import {withStore} from './open.ts';

/** What is different in the image `after`: its files, without their times, and its config. Names as `findImage` takes them. */
export function diffImages(before: string, after: string, options: InspectOptions = {}): Promise<ImageDifferences> {
	return withStore(options, async store => {
		const [one, other] = await Promise.all([before, after].map(name => read(name, options, store)));
		if (!one || !other) throw new Error('two were read');
		const isSame = one.manifest.config.digest === other.manifest.config.digest;
		return {
			before: {digest: one.descriptor.digest, id: one.manifest.config.digest},
			after: {digest: other.descriptor.digest, id: other.manifest.config.digest},
			files: isSame ? [] : compareTrees(await one.tree(), await other.tree()),
			config: compareConfigs(one.config, other.config),
		};
	});
}

async function read(name: string, options: InspectOptions, store: Store) {
	const image = await readOne(await findImage(name, store), options, store);
	return {...image, tree: () => treeOfLayers(layersOf({...image, reference: name}), {store})};
}
