import type {Digest} from '../oci/digest.ts';
import {storedBlob} from '../store/layers.ts';
import type {StepRecord, Store} from '../store/store.ts';
import {type OneId, whyOneId} from '../worker/id-map.ts';
import type {StackedLayer} from './files.ts';
import {fieldDigest, type KeyFields, partialKey, stepKey} from './key.ts';

/** A step found by its key. */
export interface Hit {
	readonly record: StepRecord;
	readonly layer?: StackedLayer;
	/** The layer is known, but nowhere to be had: found only where nobody will need it. */
	readonly isAbsent?: true;
}

/** The records of all steps ever done in a store. */
export interface StepCache {
	/** Whether a step with these fields was ever recorded, on whatever files. If not, its key need not be known. */
	mayHave(fields: KeyFields): boolean;
	/** The record of this step on these files, if its layer's blob is still there with its size. */
	find(fields: KeyFields, parent: Digest): Hit | undefined | Promise<Hit | undefined>;
	/** Keeps a record, and answers with the one that is kept: the first whose layer is there wins unless `replace`. */
	keep(fields: KeyFields, record: Omit<StepRecord, 'version' | 'fields'>, replace: boolean): StepRecord;
}

export function stepCache(store: Store, why: () => OneId = whyOneId): StepCache {
	const records = store.records<StepRecord>('steps');

	return {
		mayHave: fields => records.keys(`${partialKey(fields)}/`).length > 0,

		find(fields, parent) {
			const record = records.get(stepKey(partialKey(fields), parent));
			if (record?.version !== 1 || isOutgrown(record, why)) return undefined;
			if (!record.layer) return {record};
			const {diffID, content} = record.layer;
			const descriptor = storedBlob(store, diffID, 'cache');
			return descriptor && {record, layer: {descriptor, diffID, content}};
		},

		keep(fields, record, replace) {
			const key = stepKey(partialKey(fields), record.parent);
			const there = records.get(key);
			if (there && !replace && !isOutgrown(there, why) && isWhole(there, store)) return there;
			const digests = Object.entries(fields).map(([name, value]) => [name, fieldDigest(value)] as const);
			const kept: StepRecord = {version: 1, fields: Object.fromEntries(digests), ...record};
			records.put(key, kept);
			return kept;
		},
	};
}

/** Once there are more ids, owners can be right: then a step made with one is done again. */
export function isOutgrown({oneId}: StepRecord, why: () => OneId = whyOneId): boolean {
	return oneId !== undefined && oneId !== why();
}

/** One that came from elsewhere may have left its layer there. */
function isWhole({layer}: StepRecord, store: Store): boolean {
	return !layer || storedBlob(store, layer.diffID, 'cache') !== undefined;
}
