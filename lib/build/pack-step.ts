import {encoderName} from '../layer/encoder.ts';
import type {PackedLayer} from '../layer/packed.ts';
import type {Step} from '../plan/plan.ts';
import {adoptLayer} from '../store/layers.ts';
import type {Entry} from '../tree/entry.ts';
import type {Builder} from './builder.ts';
import type {Files, StackedLayer} from './files.ts';
import {sameContent} from './same-content.ts';

/** Packs the entries of a step into a layer of the store. */
export async function packEntries(entries: readonly Entry[], builder: Builder): Promise<PackedLayer> {
	const {store, packer, epoch, signal} = builder;
	const place = store.temporary();
	const [blob, toc] = [`${place}.blob`, `${place}.toc`];
	const request = {source: {entries}, blob, toc, ...(epoch === undefined ? {} : {epoch})};
	const packed = await packer.pack(request, {signal});
	await adoptLayer(store, {...packed, encoder: encoderName(), blob, toc});
	return packed;
}

/** Tells that a step's layer is packed; what has the content of an older layer is that one. */
export async function finishLayer(
	step: Step,
	packing: Promise<PackedLayer>,
	below: Files,
	builder: Builder,
): Promise<StackedLayer> {
	const {layer, content, unpacked, files, ms} = await packing;
	const {digest, size} = layer.descriptor;
	builder.events.emit({type: 'layer', step: step.id, diffID: layer.diffID, digest, size, unpacked, files, ms});
	return sameContent(below, {...layer, content}, builder);
}
