import {type Digest, hexOf} from '../oci/digest.ts';
import type {Layer} from '../oci/image.ts';
import type {LayerRecord, Store} from '../store/store.ts';
import {type OneId, whyOneId} from '../worker/id-map.ts';
import type {StackedLayer} from './files.ts';
import {fieldDigest, type KeyFields, partialKey, stepKey} from './key.ts';

/** What is kept of a step that was done: why it would be done again, and what came of it. */
export interface StepRecord {
	readonly version: 1;
	/** Where it stood. */
	readonly slot: {readonly file: string; readonly stage: string; readonly label: string; readonly text: string};
	/** The digest of each field of its key. */
	readonly fields: Readonly<Record<string, Digest>>;
	/** Of the file system it started from. */
	readonly parent: Digest;
	/** ISO 8601: what its history entry says. */
	readonly created: string;
	/** The layer it made; absent for a step that makes none. */
	readonly layer?: Omit<StackedLayer, 'descriptor'>;
	/** Why it was made with one id only, if it was: its owners are not those that its program asked for. */
	readonly oneId?: OneId;
}

/** A step found by its key. */
export interface Hit {
	readonly record: StepRecord;
	readonly layer?: StackedLayer;
}

/** The records of all steps ever done in a store. */
export interface StepCache {
	/** Whether a step with these fields was ever recorded, on whatever files. If not, its key need not be known. */
	mayHave(fields: KeyFields): boolean;
	/** The record of this step on these files, if its layer's blob is still there with its size. */
	find(fields: KeyFields, parent: Digest): Hit | undefined;
	/** Keeps a record. The first wins unless `replace`. */
	keep(fields: KeyFields, record: Omit<StepRecord, 'version' | 'fields'>, replace: boolean): void;
}

export function stepCache(store: Store, why: () => OneId = whyOneId): StepCache {
	const records = store.records<StepRecord>('steps');
	/** Once there are more ids, owners can be right: then a step made with one is done again. */
	const isOutgrown = ({oneId}: StepRecord) => oneId !== undefined && oneId !== why();

	return {
		mayHave: fields => records.keys(`${partialKey(fields)}/`).length > 0,

		find(fields, parent) {
			const record = records.get(stepKey(partialKey(fields), parent));
			if (record?.version !== 1 || isOutgrown(record)) return undefined;
			if (!record.layer) return {record};
			const found = storedLayer(store, record.layer);
			return found && {record, layer: {...found, content: record.layer.content}};
		},

		keep(fields, record, replace) {
			const key = stepKey(partialKey(fields), record.parent);
			const there = records.get(key);
			if (there && !replace && !isOutgrown(there)) return;
			const digests = Object.entries(fields).map(([name, value]) => [name, fieldDigest(value)] as const);
			records.put(key, {version: 1, fields: Object.fromEntries(digests), ...record});
		},
	};
}

/** A layer whose blob, by whatever encoder, is in the store. */
function storedLayer(store: Store, {diffID}: Pick<Layer, 'diffID'>): Layer | undefined {
	const record = store.records<LayerRecord>('layers').get(hexOf(diffID));
	const descriptor = Object.values(record?.blobs ?? {}).find(({digest, size}) => store.blobs.has(digest, size));
	return descriptor && {descriptor, diffID};
}
