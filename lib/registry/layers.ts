import type {Bytes} from '../bytes.ts';
import {RegistryError} from '../errors.ts';
import type {DiffID} from '../oci/digest.ts';
import type {Descriptor, Layer} from '../oci/image.ts';
import {dockerLayerGzip, ociLayer, ociLayerGzip, ociLayerZstd} from '../oci/media-types.ts';
import {recordLayer} from '../store/layers.ts';
import type {Store} from '../store/store.ts';
import type {Base} from './base.ts';
import type {TransferProgress} from './transfer.ts';

export interface FetchOptions {
	readonly store: Store;
	readonly signal?: AbortSignal;
	readonly onTransfer?: (progress: TransferProgress) => void;
	/** Another process is fetching one of the layers. */
	readonly onWait?: (pid: number | undefined) => void;
}

/** Layers on their way at the same time: enough for a fast line, few enough for a registry's patience. */
const atOnce = 4;
const dockerLayer = 'application/vnd.docker.image.rootfs.diff.tar';
const understood = new Set([ociLayer, ociLayerGzip, ociLayerZstd, dockerLayerGzip, dockerLayer]);
/** Milliseconds between two reports on one layer. */
const reportPause = 100;

/**
 * Sees to it that all layers of `base` are in the store and that the store knows their diffIDs. Processes that want
 * the same layer fetch it once. If one cannot be had the others are stopped, and all have ended when this rejects.
 */
export async function fetchLayers(base: Base, options: FetchOptions): Promise<readonly Layer[]> {
	const layers = layersOf(base);
	const stop = new AbortController();
	const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
	await eachOf(layers, async layer => {
		try {
			await fetchLayer(layer, base, {...options, signal});
		} catch (error) {
			stop.abort(error);
			throw error;
		}
	});
	return layers;
}

/** The layers of an image, lowest first. Rejects those that must not or cannot be had from a registry. */
export function layersOf({
	manifest,
	config,
	reference,
}: Pick<Base, 'manifest' | 'config' | 'reference'>): readonly Layer[] {
	return manifest.layers.map((descriptor, index) => {
		const diffID: DiffID | undefined = config.rootfs.diff_ids[index];
		if (diffID === undefined || !understood.has(descriptor.mediaType)) throw unusable(reference, descriptor);
		return {descriptor, diffID};
	});
}

async function fetchLayer(layer: Layer, base: Base, options: FetchOptions): Promise<void> {
	const {descriptor, diffID} = layer;
	const {store, onTransfer, onWait, signal} = options;
	const {digest, size: total} = descriptor;
	const report = (progress: Partial<TransferProgress>) =>
		onTransfer?.({...initial, digest, ref: base.reference, current: 0, total, ...progress});
	if (store.blobs.has(digest, total)) {
		report({current: total, state: 'present'});
	} else {
		await using _ = await store.lock(`blobs/${digest}`, {...(onWait ? {onWait} : {}), ...(signal ? {signal} : {})});
		await store.blobs.put(descriptor, watched(layer, base, {report, ...(signal ? {signal} : {})}));
		report({current: total, state: 'done'});
	}
	await recordLayer(store, {diffID, blobs: {registry: descriptor}});
}

const initial = {direction: 'pull', kind: 'layer', state: 'active', attempt: 1} as const;

interface Watch {
	readonly report: (progress: Partial<TransferProgress>) => void;
	readonly signal?: AbortSignal;
}

/** The bytes of a layer, reported now and then while they pass. */
async function* watched({descriptor}: Layer, base: Base, {report, signal}: Watch): Bytes {
	let [current, attempt, reported] = [0, 1, 0];
	report({current, attempt});
	const onRetry = (retry: {attempt: number; reason: string; delay: number}) => {
		const {reason, delay} = retry;
		report({current, state: 'retry', attempt: retry.attempt, reason, delay});
		attempt = retry.attempt + 1;
	};
	for await (const chunk of base.source.open(descriptor, {onRetry, ...(signal ? {signal} : {})})) {
		yield chunk;
		current += chunk.byteLength;
		if (performance.now() - reported < reportPause) continue;
		reported = performance.now();
		report({current, attempt});
	}
}

/** Does `work` on every item, a few at a time. Rejects with the first error once all that was begun has ended. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
	const queue = items.values();
	const hands = Array.from({length: Math.min(atOnce, items.length)}, async () => {
		for (const item of queue) await work(item);
	});
	await Promise.allSettled(hands);
	await Promise.all(hands);
}

function unusable(reference: string, {mediaType, digest}: Descriptor): RegistryError {
	const foreign = /foreign|nondistributable/.test(mediaType);
	const state = foreign ? 'that its publisher lets nobody copy' : 'of a kind that strata does not know';
	return new RegistryError('LAYER_UNUSABLE', `${reference} has a layer ${state}`, {notes: [mediaType, digest]});
}
