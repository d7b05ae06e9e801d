import {RegistryError} from '../errors.ts';
import type {DiffID, Digest} from '../oci/digest.ts';
import {eachOf} from '../oci/each-of.ts';
import type {ArrivingLayer, Descriptor, Layer} from '../oci/image.ts';
import {isForeign, isLayer} from '../oci/media-types.ts';
import {recordLayer} from '../store/layers.ts';
import type {Store} from '../store/store.ts';
import type {Base} from './base.ts';
import {storeSink} from './store-sink.ts';
import type {OnTransfer} from './transfer.ts';

export interface FetchOptions {
	readonly store: Store;
	readonly signal?: AbortSignal;
	readonly onTransfer?: OnTransfer;
	/** Another process is fetching one of the layers. */
	readonly onWait?: (pid: number | undefined) => void;
	readonly onLowest?: OnLowest;
}

/** Hears of the lowest layers that are there by now or on their way, each time that they are more. */
export type OnLowest = (layers: readonly ArrivingLayer[]) => void;

/** Layers on their way at the same time: enough for a fast line, few enough for a registry's patience. */
const atOnce = 4;

/**
 * Sees to it that all layers of `base` are in the store and that the store knows their diffIDs. Processes that want
 * the same layer fetch it once. If one cannot be had the others are stopped, and all have ended when this rejects.
 */
export async function fetchLayers(base: Base, options: FetchOptions): Promise<readonly Layer[]> {
	const layers = layersOf(base);
	const stop = new AbortController();
	const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
	const {store, signal: _, onLowest, ...telling} = options;
	const arrived = arrivals(layers, onLowest);
	const onBegin = ({digest}: Descriptor, path: string) => arrived(digest, path);
	const sink = storeSink(store, {ref: base.reference, ...telling, onBegin});
	await eachOf(layers, atOnce, async ({descriptor, diffID}) => {
		try {
			await sink.take(descriptor, base.source, signal);
			await recordLayer(store, {diffID, blobs: {registry: descriptor}});
			arrived(descriptor.digest);
		} catch (error) {
			stop.abort(error);
			throw error;
		}
	});
	return layers;
}

function arrivals(layers: readonly Layer[], onLowest: OnLowest = () => {}) {
	const places = new Map<Digest, string | undefined>();
	const placeOf = ({descriptor}: Layer) => places.get(descriptor.digest);
	let lowest = 0;
	/** Told of a blob; without a path it is there. */
	return (digest: Digest, path?: string) => {
		places.set(digest, path);
		const missing = layers.findIndex(({descriptor}) => !places.has(descriptor.digest));
		const count = missing < 0 ? layers.length : missing;
		if (count > lowest) onLowest(layers.slice(0, count).map(layer => ({...layer, arriving: placeOf(layer)})));
		lowest = count;
	};
}

/** The layers of an image, lowest first. Rejects those that must not or cannot be had from a registry. */
export function layersOf({
	manifest,
	config,
	reference,
}: Pick<Base, 'manifest' | 'config' | 'reference'>): readonly Layer[] {
	return manifest.layers.map((descriptor, index) => {
		const diffID: DiffID | undefined = config.rootfs.diff_ids[index];
		if (diffID === undefined || !isLayer(descriptor.mediaType)) throw unusable(reference, descriptor);
		return {descriptor, diffID};
	});
}

function unusable(reference: string, {mediaType, digest}: Descriptor): RegistryError {
	const state = isForeign(mediaType) ? 'that its publisher lets nobody copy' : 'of a kind that strata does not know';
	return new RegistryError('LAYER_UNUSABLE', `${reference} has a layer ${state}`, {notes: [mediaType, digest]});
}
