import {hexOf} from '../oci/digest.ts';
import type {Builder} from './builder.ts';
import type {Files, StackedLayer} from './files.ts';
import {timeFields} from './times.ts';

/**
 * The layer to use for a result: an older layer that made the same file system (mtimes aside), if its blob is still
 * there, else this one. So a step that ran again to the same end changes nothing in the image.
 */
export async function sameContent(below: Files, layer: StackedLayer, builder: Builder): Promise<StackedLayer> {
	const {store} = builder;
	const parent = await below.fsid.promise;
	const records = store.records<StackedLayer>('results');
	const {epoch = '', fileTimes = ''} = timeFields(builder);
	const key = `${hexOf(parent)}-${hexOf(layer.content)}-${epoch}${fileTimes}`;
	const older = records.get(key);
	if (older && store.blobs.has(older.descriptor.digest, older.descriptor.size)) return older;
	records.put(key, layer);
	return layer;
}
