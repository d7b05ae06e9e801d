import type {Retry} from '../http/attempts.ts';
import type {Digest} from '../oci/digest.ts';
import type {ImageConfig, Layer} from '../oci/image.ts';
import {baseKey} from '../plan/base.ts';
import type {Base, Step} from '../plan/plan.ts';
import type {Base as FoundBase} from '../registry/base.ts';
import {type FetchOptions, fetchLayers, layersOf, type OnLowest} from '../registry/layers.ts';
import {resolveLayout} from '../registry/layout.ts';
import {resolveBase} from '../registry/pull.ts';
import type {Builder} from './builder.ts';
import type {PlanSources} from './planning.ts';
import type {Request} from './request.ts';

/** What a FROM, or a `COPY --from` of an image, stands for. */
export interface BaseImage {
	/** The name in full. */
	readonly reference: string;
	/** What the name itself stands for: the index where there is one. */
	readonly resolved: Digest;
	readonly config: ImageConfig;
	/** Its layers, fetched if they are not in the store; told as the transfers of `step`. */
	layers(step: Step, builder: Builder, onLowest?: OnLowest): Promise<FetchedLayers>;
}

export interface FetchedLayers {
	readonly layers: readonly Layer[];
	/** Whether anything had to be fetched. */
	readonly fetched: boolean;
}

/** The images that a build stands on, each asked for at most once. */
export interface BaseImages {
	resolve(base: Base): Promise<BaseImage>;
}

export function baseImages(request: Request, sources: PlanSources): BaseImages {
	const asked = new Map<string, Promise<BaseImage>>();
	return {
		resolve(base) {
			const key = baseKey(base);
			const image = asked.get(key) ?? find(base, request, sources).then(baseImage);
			asked.set(key, image);
			return image;
		},
	};
}

function find(base: Base, {pull, registries}: Request, {store, signal, events}: PlanSources): Promise<FoundBase> {
	const onRetry = ({attempt, reason, delay}: Retry) =>
		events.emit({type: 'step.waiting', for: 'registry', attempt, reason, delay});
	const options = {...registries, store, pull, signal, onRetry};
	switch (base.kind) {
		case 'image':
			return resolveBase(base.name, base.platform, options);
		case 'docker-image':
			return resolveBase(base.source.replace(/^docker-image:\/\//, ''), base.platform, options);
		case 'layout':
			return resolveLayout(base.source, base.platform, {store});
		default:
			throw new Error(`A base of kind ${base.kind} is no image`);
	}
}

function baseImage(found: FoundBase): BaseImage {
	const {reference, resolved, config} = found;
	let fetching: Promise<FetchedLayers> | undefined;
	return {
		reference,
		resolved,
		config,
		/** Stages on one base fetch it once: told as the transfers of whoever asked first. What failed may be tried again. */
		layers(step, builder, onLowest) {
			const fetch = () => {
				fetching ??= fetchAll(found, {step, onLowest}, builder).catch(error => {
					fetching = undefined;
					throw error;
				});
				return fetching;
			};
			return builder.request.cacheFrom.length === 0 ? fetch() : offerLayers(found, fetch, builder);
		},
	};
}

/** Where steps may come from elsewhere, a base need not be here: its layers are fetched, all at once, when one is needed. */
async function offerLayers(
	found: FoundBase,
	fetch: () => Promise<FetchedLayers>,
	{supply}: Builder,
): Promise<FetchedLayers> {
	const layers = layersOf(found);
	for (const {diffID} of layers) supply.offer(diffID, async () => void (await fetch()));
	return {layers, fetched: false};
}

interface Asking {
	readonly step: Step;
	readonly onLowest: OnLowest | undefined;
}

async function fetchAll(found: FoundBase, {step, onLowest}: Asking, builder: Builder): Promise<FetchedLayers> {
	const {store, signal, events} = builder;
	let fetched = false;
	const options: FetchOptions = {
		store,
		signal,
		onWait: pid => events.emit({type: 'step.waiting', step: step.id, for: 'lock', ...(pid ? {pid} : {})}),
		onTransfer(transfer) {
			fetched ||= transfer.state !== 'present';
			events.emit({type: 'transfer', step: step.id, ...transfer});
		},
		...(onLowest && {onLowest}),
	};
	return {layers: await fetchLayers(found, options), fetched};
}
