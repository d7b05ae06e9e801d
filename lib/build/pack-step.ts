import {rmSync} from 'node:fs';
import {encoderName} from '../layer/encoder.ts';
import type {PackedLayer} from '../layer/packed.ts';
import type {Step} from '../plan/plan.ts';
import {storeFailure} from '../store/failure.ts';
import {adoptLayer} from '../store/layers.ts';
import type {Entry} from '../tree/entry.ts';
import {type FormerLayer, isWorthKeeping} from './block-records.ts';
import type {Builder} from './builder.ts';
import type {Files, StackedLayer} from './files.ts';
import {sameContent} from './same-content.ts';
import {layerTimes} from './times.ts';

/** Entries, and what helps to pack them. */
export interface Packing {
	readonly entries: readonly Entry[];
	/** Of the step. */
	readonly former?: FormerLayer;
	/** Seconds: when the step made the directories among them. */
	readonly made?: number | undefined;
}

/** Packs the entries of a step into a layer of the store. Tells how far it is. */
export async function packEntries(
	{entries, former, made}: Packing,
	step: Step,
	builder: Builder,
): Promise<PackedLayer> {
	const {store, packer, deadline, events} = builder;
	const place = store.temporary();
	const [blob, toc, table] = [`${place}.blob`, `${place}.toc`, `${place}.blocks`];
	const kept = isWorthKeeping(entries) ? former : undefined;
	const incremental = kept && {blocks: {file: table, made}, before: kept.before};
	const request = {source: {entries}, blob, toc, ...layerTimes(builder), ...incremental};
	const packed = await packer.pack(request, {
		signal: deadline,
		onProgress: progress => events.emit({type: 'packing', step: step.id, ...progress}),
	});
	try {
		await adoptLayer(store, {...packed, encoder: encoderName(), blob, toc});
		kept?.keep(table);
		return packed;
	} finally {
		for (const path of [blob, toc, table]) rmSync(path, {force: true});
	}
}

/** The layer of a step once it is packed; what has the content of an older layer is that one. Tells of it. */
export async function finishLayer(
	step: Step,
	packing: Promise<PackedLayer>,
	below: Files,
	builder: Builder,
): Promise<StackedLayer> {
	const {store, events} = builder;
	try {
		const {layer: packed, content, unpacked, files, ms} = await packing;
		const layer = await sameContent(below, {...packed, content}, builder);
		const {digest, size} = layer.descriptor;
		events.emit({type: 'layer', step: step.id, diffID: layer.diffID, digest, size, unpacked, files, ms});
		return layer;
	} catch (error) {
		throw storeFailure(error, {root: store.root, doing: `packing step ${step.label}`});
	}
}
