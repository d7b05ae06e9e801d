import type {Store} from '../store/store.ts';
import type {HistoryRow} from './catalog.ts';
import {findImage} from './find.ts';
import {type InspectOptions, readOne} from './inspect.ts';
import {layerFacts} from './layer-facts.ts';
import {withStore} from './open.ts';
import {type Origin, originsOf, provenanceOf} from './provenance.ts';
import type {ReadImage} from './stored.ts';

/** The steps that an image was made of, the newest first. `name` as `findImage` takes it. */
export function imageHistory(name: string, options: InspectOptions = {}): Promise<readonly HistoryRow[]> {
	return withStore(options, async store => {
		const image = await readOne(await findImage(name, store), options, store);
		const origins = originsOf(image, provenanceOf(image, store));
		return origins.map((origin, at) => row(origin, `${at + 1}`, {image, store})).reverse();
	});
}

function row(
	{history, layer, step, instruction}: Origin,
	place: string,
	{image, store}: {readonly image: ReadImage; readonly store: Store},
): HistoryRow {
	const descriptor = layer === undefined ? undefined : image.manifest.layers[layer];
	const diffID = layer === undefined ? undefined : image.config.rootfs.diff_ids[layer];
	return {
		step: step ?? place,
		...(history.created ? {created: history.created} : {}),
		instruction,
		history,
		...(descriptor ? {size: descriptor.size} : {}),
		...(diffID ? layerFacts(diffID, store) : {}),
	};
}
