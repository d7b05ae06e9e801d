import {resolve} from 'node:path';
import {encoderName} from '../layer/encoder.ts';
import {type BlockRecord, blocksKind, type KnownBlob} from '../layer/known-blocks.ts';
import {digestOf, hexOf} from '../oci/digest.ts';
import type {Step} from '../plan/plan.ts';
import type {Entry} from '../tree/entry.ts';
import {isAnyDoneAnew} from './anew.ts';
import type {Builder} from './builder.ts';

/** Below this many bytes there is nothing to save. */
const worthwhile = 2 ** 20;

/** What is left over of the layer that a step made the last time. */
export interface FormerLayer {
	/** Its blocks, if they can be taken over. */
	readonly before?: KnownBlob;
	/** Seconds: when it made its directories, if that is known. Not of a context on no disk, which is a new one each time. */
	readonly made?: number;
	/** Takes over the table of the new layer, a finished file. */
	keep(table: string): void;
}

/** A build without the cache takes nothing over, whatever stage that is asked of: it may have been asked because something is wrong. */
export function formerLayer(step: Step, {store, request}: Builder): FormerLayer {
	const records = store.records<BlockRecord>(blocksKind);
	const place = typeof request.context === 'string' ? resolve(request.context) : '';
	const key = hexOf(digestOf(JSON.stringify([place, step.location.file, step.text])));
	const known = isAnyDoneAnew(request) ? undefined : records.get(key);
	const isUsable = known?.encoder === encoderName() && store.blobs.has(known.descriptor.digest, known.descriptor.size);
	return {
		...(isUsable ? {before: {blob: store.blobs.pathOf(known.descriptor.digest), blocks: known.blocks}} : {}),
		...(known?.made === undefined || place === '' ? {} : {made: known.made}),
		keep: table => records.adopt(key, table),
	};
}

/** Whether a layer has so many bytes that its blocks are worth keeping. */
export function isWorthKeeping(entries: readonly Entry[]): boolean {
	return entries.reduce((sum, {size}) => sum + size, 0) >= worthwhile;
}
