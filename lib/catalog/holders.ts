import {collect} from '../bytes.ts';
import {contentsOf, readManifest} from '../export/image.ts';
import {recompressedKind} from '../export/recompressed.ts';
import {blocksKind} from '../layer/known-blocks.ts';
import {type DiffID, type Digest, hexOf} from '../oci/digest.ts';
import type {Descriptor} from '../oci/image.ts';
import {isManifest} from '../oci/media-types.ts';
import {parseConfig} from '../oci/parse.ts';
import {isNowhere} from '../oci/platform.ts';
import {type ContainerRecord, containersKind, standingOf} from '../store/containers.ts';
import type {BaseRecord, BlobStore, LayerRecord, Store} from '../store/store.ts';
import {provenanceKind} from './provenance.ts';
import {lastUse, readQuietly} from './quiet-read.ts';
import type {Holder} from './survey.ts';

/** What a `steps` record says of its layer. */
interface StepLayer {
	readonly layer?: {readonly diffID: DiffID};
}

/** Each entry of index.json holds what its image consists of, and what is known of its layers. */
export async function imageHolders(store: Store): Promise<readonly Holder[]> {
	const images = store.images.list();
	const named = new Set(images.filter(image => image.name !== undefined).map(image => image.descriptor.digest));
	return Promise.all(
		images.map(async ({name, descriptor, tagged, failed}) => ({
			what: 'images' as const,
			lastUsed: tagged,
			...(await imageFiles(descriptor, store)),
			image: failed ? ('failed' as const) : named.has(descriptor.digest) ? ('named' as const) : ('unnamed' as const),
			untag: () => (name === undefined ? store.images.remove(descriptor.digest) : store.images.untag(name)),
		})),
	);
}

/** What a reference stood for holds that image. */
export async function baseHolders(store: Store): Promise<readonly Holder[]> {
	const records = store.records<BaseRecord>('bases');
	return Promise.all(
		records.keys().map(async key => {
			const path = records.pathOf(key);
			const lastUsed = lastUse(path);
			const record = readQuietly<BaseRecord>(path);
			const isThere = record && store.blobs.has(record.descriptor.digest);
			if (!isThere) return {what: 'bases' as const, lastUsed, files: [path], isBroken: true};
			const {files, layers} = await imageFiles(record.descriptor, store);
			const all = [path, store.blobs.pathOf(record.resolved), ...files];
			return {what: 'bases' as const, lastUsed: Math.max(record.asked, lastUsed), files: all, layers};
		}),
	);
}

/** The record of a step holds its layer, in every compression that is there. */
export function stepHolders(store: Store): readonly Holder[] {
	const records = store.records<StepLayer>('steps');
	return records.keys().map(key => {
		const path = records.pathOf(key);
		const lastUsed = lastUse(path);
		const step = readQuietly<StepLayer>(path);
		const blobs = step?.layer ? layerBlobs(step.layer.diffID, store) : [];
		const isBroken = !step || (step.layer !== undefined && blobs.length === 0);
		const facts = step?.layer ? factFiles(step.layer.diffID, store) : [];
		return {what: 'step cache', lastUsed, files: [path, ...blobs, ...facts], layers: blobs, isBroken};
	});
}

/** A container that is kept holds its image, and the layer of what it changed. One that was lost is of no use; one that runs has the store open. */
export async function containerHolders(store: Store): Promise<readonly Holder[]> {
	const records = store.records<ContainerRecord>(containersKind);
	return Promise.all(
		records.keys().map(async key => {
			const path = records.pathOf(key);
			const record = readQuietly<ContainerRecord>(path);
			const what = 'containers' as const;
			if (!record?.end) {
				const {state} = await standingOf(key, store);
				return {what, lastUsed: lastUse(path), files: [path], isBroken: state === 'lost'};
			}
			const {layer, at} = record.end;
			const {files, layers} = await imageFiles(record.image.manifest, store);
			const own = store.blobs.pathOf(layer.descriptor.digest);
			const all = [path, own, ...factFiles(layer.diffID, store), ...files];
			return {what, lastUsed: Date.parse(at), files: all, layers: [...layers, own]};
		}),
	);
}

/** `results`, `blocks` and `recompressed` records are of use as long as the layer they name is there. */
export function followers(store: Store): readonly {readonly file: string; readonly leader: string}[] {
	return ['results', blocksKind, recompressedKind].flatMap(kind => {
		const records = store.records(kind);
		return records.keys().map(key => {
			const file = records.pathOf(key);
			const digest = readQuietly<{readonly descriptor?: {readonly digest: Digest}}>(file)?.descriptor?.digest;
			return {file, leader: digest ? store.blobs.pathOf(digest) : ''};
		});
	});
}

async function imageFiles(root: Descriptor, store: Store): Promise<Required<Pick<Holder, 'files' | 'layers'>>> {
	const {blobs} = store;
	const contents = await contentsOf(root, blobs, ({digest}) => blobs.has(digest));
	const runnable = contents.filter(descriptor => isManifest(descriptor.mediaType) && !isNowhere(descriptor.platform));
	const manifests = await Promise.all(runnable.map(descriptor => readManifest(descriptor, blobs)));
	const diffIDs = (await Promise.all(manifests.map(({config}) => diffIDsIn(config, blobs)))).flat();
	return {
		files: [
			...contents.map(({digest}) => blobs.pathOf(digest)),
			...runnable.map(({digest}) => store.records(provenanceKind).pathOf(hexOf(digest))),
			...diffIDs.flatMap(diffID => factFiles(diffID, store)),
		],
		layers: manifests.flatMap(({layers}) => layers.map(({digest}) => blobs.pathOf(digest))),
	};
}

/** None in what is no config of an image: a chart has layers too. Nor in one that is gone. */
async function diffIDsIn(config: Descriptor, blobs: BlobStore): Promise<readonly DiffID[]> {
	if (!blobs.has(config.digest)) return [];
	return parseConfig(await collect(blobs.open(config)))?.rootfs.diff_ids ?? [];
}

/** Of those that encoders, or a registry, ever made of a layer: the ones that are there. */
function layerBlobs(diffID: DiffID, {records, blobs}: Store): readonly string[] {
	const record = readQuietly<LayerRecord>(records('layers').pathOf(hexOf(diffID)));
	return Object.values(record?.blobs ?? {})
		.filter(({digest, size}) => blobs.has(digest, size))
		.map(({digest}) => blobs.pathOf(digest));
}

function factFiles(diffID: DiffID, store: Store): readonly string[] {
	return ['layers', 'tocs'].map(kind => store.records(kind).pathOf(hexOf(diffID)));
}
