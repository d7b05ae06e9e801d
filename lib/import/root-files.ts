import {createWriteStream, rmSync} from 'node:fs';
import {pipeline} from 'node:stream/promises';
import {applyChange} from '../image/container-config.ts';
import {foldStep, type ImageDraft, imageConfig, scratchDraft} from '../image/draft.ts';
import {imageManifest} from '../image/manifest.ts';
import {compressionOf, openDecompressed} from '../layer/decompress.ts';
import {encoderName} from '../layer/encoder.ts';
import {Malformed} from '../layer/errors.ts';
import {tocOf} from '../layer/layer-toc.ts';
import {isTar} from '../layer/read-archive.ts';
import {recompress} from '../layer/recompress.ts';
import {summary} from '../layer/summary.ts';
import {type Digest, hexOf} from '../oci/digest.ts';
import type {Descriptor, Layer} from '../oci/image.ts';
import {ociConfig, ociManifest} from '../oci/media-types.ts';
import type {Platform} from '../oci/platform.ts';
import {planChanges} from '../plan/changes.ts';
import {recordLayer} from '../store/layers.ts';
import type {Store} from '../store/store.ts';
import type {Toc} from '../tree/toc.ts';
import {badArchive} from './errors.ts';

/** What is said of an image that is made of files. */
export interface RootImage {
	readonly platform: Platform;
	/** Instructions that change its config, as `planChanges` takes them. */
	readonly changes: readonly string[];
	/** For its history. */
	readonly message: string;
	/** What its history calls the tar. */
	readonly source: string;
	/** ISO 8601. */
	readonly created: string;
}

/**
 * Makes an image of one layer out of a tar of files, compressed in any way or not; its config is that of FROM scratch, changed. It has no name
 * yet. Rejects with a UsageError that calls the tar `name` if it is none, or if it cannot be a layer; nothing of it is in the store then.
 */
export async function importFiles(
	{path, name}: {readonly path: string; readonly name: string},
	image: RootImage,
	store: Store,
	signal?: AbortSignal,
): Promise<Descriptor & {readonly id: Digest}> {
	const draft = draftOf(image);
	const layer = await rootLayer(path, store, signal).catch(error => {
		throw badArchive(error, {deed: 'import', name, help: ['a tar of files; an archive of images: strata load']});
	});
	const config = store.blobs.add(json(imageConfig(draft, [layer.diffID])), ociConfig);
	return {...store.blobs.add(json(imageManifest(config, [layer])), ociManifest), id: config.digest};
}

function draftOf({platform, changes, message, source, created}: RootImage): ImageDraft {
	const draft = scratchDraft(platform);
	const planned = planChanges(changes, {config: draft.container, platform});
	const changed = {...draft, ...planned.reduce(applyChange, draft)};
	return foldStep(changed, undefined, {created, created_by: `strata import ${source}`, comment: message});
}

/** The bytes of the tar stay, so that its digest is the diffID; compressed as ours are. */
async function rootLayer(path: string, store: Store, signal: AbortSignal | undefined): Promise<Layer> {
	const [spare, blob] = [store.temporary(), store.temporary()];
	try {
		const source = await asLayer(path, spare);
		if (!(await isTar(source))) throw new Malformed('it is no tar');
		signal?.throwIfAborted();
		const {toc, diffID} = await tocOf(source);
		const {descriptor} = await recompress({blob: source, diffID}, {compression: 'gzip'}, blob, signal);
		store.records<Toc>('tocs').put(hexOf(diffID), toc);
		store.blobs.adopt(blob, descriptor.digest);
		await recordLayer(store, {diffID, blobs: {[encoderName()]: descriptor}, ...summary(toc)});
		return {descriptor, diffID};
	} finally {
		for (const file of [spare, blob]) rmSync(file, {force: true});
	}
}

/** A file as layers are read: bzip2 and xz, which no layer has, are taken off. */
async function asLayer(path: string, spare: string): Promise<string> {
	const compression = compressionOf(path);
	if (compression !== 'bzip2' && compression !== 'xz') return path;
	await pipeline(openDecompressed(path, compression), createWriteStream(spare, {flags: 'wx', mode: 0o600}));
	return spare;
}

function json(value: unknown): Uint8Array {
	return Buffer.from(JSON.stringify(value));
}
