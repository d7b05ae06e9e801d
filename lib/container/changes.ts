import {withStore} from '../catalog/open.ts';
import {readImages} from '../catalog/stored.ts';
import {treeOfLayers} from '../export/layer-tocs.ts';
import {layersOf} from '../registry/layers.ts';
import {compareTrees, type FileChange} from '../tree/compare.ts';
import {compareBytes, parentOf} from '../tree/paths.ts';
import type {Tree} from '../tree/tree.ts';
import {layerOf} from './changed-layer.ts';
import {findContainer} from './find.ts';
import type {ContainerChange, ContainerOptions} from './options.ts';

/** What a container changed of its image, sorted by path, the directories it changed something in among it: `docker diff`. */
export function containerChanges(text: string, options: ContainerOptions = {}): Promise<readonly ContainerChange[]> {
	return withStore(options, async store => {
		const record = findContainer(text, store);
		const layer = await layerOf(record, store);
		const [image] = await readImages(record.image.manifest, store);
		const below = image ? layersOf({...image, reference: record.image.name}) : [];
		const [before, after] = await Promise.all([treeOfLayers(below, {store}), treeOfLayers([...below, layer], {store})]);
		return withFolders(compareTrees(before, after), before);
	});
}

/** A directory that is gone is told without what was in it, and one that something changed in is told too. */
function withFolders(changes: readonly FileChange[], before: Tree): readonly ContainerChange[] {
	const found = new Map<string, ContainerChange['change']>(changes.map(({path, change}) => [path, change]));
	for (const {path} of changes) {
		for (let folder = parentOf(path); folder !== ''; folder = parentOf(folder)) {
			if (before.stat(folder) && !found.has(folder)) found.set(folder, 'changed');
		}
	}
	return [...found]
		.filter(([path, change]) => change !== 'removed' || found.get(parentOf(path)) !== 'removed')
		.sort(([one], [other]) => compareBytes(one, other))
		.map(([path, change]) => ({path: `/${path}`, change}));
}
