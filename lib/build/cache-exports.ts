import {inlineCache, inlineKey} from '../cache/format.ts';
import {type Cargo, cargoOf} from '../cache/loading.ts';
import type {ReadCache} from '../cache/read.ts';
import {encodeToc} from '../cache/toc.ts';
import {cacheWriter} from '../cache/writer.ts';
import {type DiffID, hexOf} from '../oci/digest.ts';
import type {Layer} from '../oci/image.ts';
import type {BuildPlan, Stage} from '../plan/plan.ts';
import type {BuildPlans} from '../plan/platforms.ts';
import type {StepRecord, Store} from '../store/store.ts';
import type {Toc} from '../tree/toc.ts';
import type {Builder} from './builder.ts';
import type {CacheTo, WrittenCache} from './cache-options.ts';
import {cacheSink} from './cache-places.ts';
import {cacheWarning, tellCache} from './cache-telling.ts';
import {type KeyFields, partialKey, stepKey} from './key.ts';

/** What a build writes to other places of what it found and did. Disposing ends what is under way. */
export interface CacheExports extends AsyncDisposable {
	/** Takes over a step of a stage; its layer is put behind the steps that follow. */
	add(step: ExportedStep): void;
	/** Takes over the layers of a base: readers need their TOCs. */
	addBase(layers: readonly Layer[]): void;
	/** What the config of the image is to have besides, of the steps that were added so far. */
	inline(): Readonly<Record<string, unknown>>;
	/** Waits for all that was added, and makes the places stand for it. Rejects if one cannot be written that has to be. */
	finish(): Promise<void>;
}

export interface ExportedStep {
	readonly stage: Stage;
	readonly fields: KeyFields;
	readonly record: StepRecord;
	readonly layer?: Layer | undefined;
	/** Its layer is nowhere to be had. */
	readonly isAbsent?: true;
}

/** What decides what is written, and where it may be had. */
interface Exporting {
	readonly plans: BuildPlans;
	readonly imports: readonly ReadCache[];
}

export function cacheExports(to: readonly CacheTo[], {plans, imports}: Exporting, builder: Builder): CacheExports {
	const ofImage = new Set(plans.flatMap(imageStages));
	const inline = to.some(({type}) => type === 'inline') ? new Map<string, StepRecord>() : undefined;
	const exports = to.filter(isWritten).map(one => ({
		carries: (stage: Stage) => one.mode === 'max' || ofImage.has(stage),
		writer: cacheWriter(cacheSink(one, builder), builder.signal),
		isRequired: one.ignoreError === false,
	}));
	const bases: Layer[] = [];
	const tocOf = (diffID: DiffID) => () => tocCargo(diffID, builder.store, imports);
	const blobOf = ({diffID, descriptor}: Layer): Cargo => ({
		descriptor: {mediaType: descriptor.mediaType, digest: descriptor.digest, size: descriptor.size},
		async *open() {
			await builder.supply.fetch([diffID]);
			yield* builder.store.blobs.open(descriptor);
		},
	});
	return {
		add({stage, fields, record, layer, isAbsent = false}) {
			const key = stepKey(partialKey(fields), record.parent);
			inline?.set(key, record);
			for (const {writer, carries} of exports) {
				writer.addStep(key, record);
				if (!layer) continue;
				const {diffID} = layer;
				writer.addLayer({diffID, blob: blobOf(layer), carried: carries(stage) && !isAbsent, toc: tocOf(diffID)});
			}
		},
		addBase: layers => void bases.push(...layers),
		inline: () => (inline ? {[inlineKey]: inlineCache(Object.fromEntries(inline))} : {}),
		async finish() {
			for (const {writer, isRequired} of exports) {
				// only now: the TOC of a base is made when somebody needs it
				for (const {diffID} of bases) writer.addLayer({diffID, toc: tocOf(diffID)});
				const about = {kind: 'steps', direction: 'to', ref: writer.name} as const;
				await tellCache(about, builder, {action: writer.finish, outcome: written => written}).catch(error => {
					builder.signal.throwIfAborted();
					if (isRequired) throw error;
					builder.events.emit(cacheWarning(`the cache ${writer.name} was not written`, error));
				});
			}
		},
		async [Symbol.asyncDispose]() {
			for (const {writer} of exports) await writer[Symbol.asyncDispose]();
		},
	};
}

function isWritten(to: CacheTo): to is WrittenCache {
	return to.type !== 'inline';
}

/** The stages whose steps made an image: the target, and what it is FROM. */
function imageStages({stages, target}: BuildPlan): readonly Stage[] {
	const named = (name: string) => stages.find(stage => stage.name === name);
	const chain: Stage[] = [];
	for (let stage = named(target); stage; ) {
		chain.push(stage);
		stage = stage.base.kind === 'stage' ? named(stage.base.stage) : undefined;
	}
	return chain;
}

/** The TOC that the store has, else the blob of a cache that was read. */
async function tocCargo(diffID: DiffID, store: Store, imports: readonly ReadCache[]): Promise<Cargo | undefined> {
	const toc = store.records<Toc>('tocs').get(hexOf(diffID));
	if (toc) return cargoOf(await encodeToc(toc));
	const cache = imports.find(({tocs}) => tocs.has(diffID));
	const descriptor = cache?.tocs.get(diffID);
	return cache && descriptor && {descriptor, open: () => cache.blobs.open(descriptor)};
}
