import type {DiffID} from '../oci/digest.ts';
import type {StepRecord} from '../store/store.ts';
import {type CachedLayer, type CachedToc, cacheConfig} from './format.ts';
import {type Cargo, type Loaded, loading} from './loading.ts';
import type {CacheSink} from './place.ts';

/** A layer, and its TOC if there is one by the time that it is asked for. */
export interface LayerCargo {
	readonly diffID: DiffID;
	/** Absent: the layer of a base, which is to be had elsewhere. */
	readonly blob?: Cargo;
	/** Whether the blob is put too, or only told of. */
	readonly carried?: boolean;
	readonly toc: () => Promise<Cargo | undefined>;
}

/** What was written. */
export interface WrittenCache extends Loaded {
	/** How many steps it has. */
	readonly entries: number;
}

/** Writes one cache to one place while a build goes on. Disposing ends what is under way. */
export interface CacheWriter extends AsyncDisposable {
	readonly name: string;
	addStep(key: string, record: StepRecord): void;
	/** Puts what the place lacks, behind the caller's back. A layer that was added before is passed over. */
	addLayer(layer: LayerCargo): void;
	/** Waits for all that was added, and makes the place stand for it. Rejects with the first error, after which nothing more is put. */
	finish(): Promise<WrittenCache>;
}

export function cacheWriter(sink: CacheSink, signal: AbortSignal): CacheWriter {
	const steps: Record<string, StepRecord> = {};
	const layers = new Map<DiffID, CachedLayer>();
	const tocs = new Map<DiffID, CachedToc>();
	const added = new Set<DiffID>();
	const load = loading(sink, signal);

	return {
		name: sink.name,
		addStep(key, record) {
			steps[key] = record;
		},
		addLayer({diffID, blob, carried = false, toc}) {
			if (added.has(diffID)) return;
			added.add(diffID);
			if (blob) {
				layers.set(diffID, {diffID, descriptor: blob.descriptor});
				if (carried) load.put(async () => blob);
			}
			load.put(async () => {
				const cargo = await toc();
				if (cargo) tocs.set(diffID, {diffID, descriptor: cargo.descriptor});
				return cargo;
			});
		},
		async finish() {
			await load.settled();
			const config = cacheConfig({steps, layers: [...layers.values()], tocs: [...tocs.values()]});
			return {entries: Object.keys(steps).length, ...(await load.finish(config))};
		},
		[Symbol.asyncDispose]: load.stop,
	};
}
