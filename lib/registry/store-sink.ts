import type {Bytes} from '../bytes.ts';
import type {BlobSource} from '../oci/blobs.ts';
import type {ImageSink} from '../oci/copy.ts';
import type {Descriptor} from '../oci/image.ts';
import {verifiedBy, verifierOf} from '../oci/verify.ts';
import type {Store} from '../store/store.ts';
import {type OnTransfer, type TransferReport, transferReport} from './transfer.ts';

export interface StoreSinkOptions {
	/** Where the image comes from, as progress names it. */
	readonly ref: string;
	/** As `familiarName` writes it; without one the image is kept unnamed. */
	readonly name?: string;
	readonly onTransfer?: OnTransfer;
	/** Told where a large blob is being written. */
	readonly onBegin?: (blob: Descriptor, path: string) => void;
	/** Another process is fetching a blob of the image. */
	readonly onWait?: (pid: number | undefined) => void;
}

/** A place for one image in a store, which has its name once all of it is there. Processes that want the same blob fetch it once. */
export function storeSink(store: Store, options: StoreSinkOptions): ImageSink {
	const take = (blob: Descriptor, from: BlobSource, signal: AbortSignal) => keep(blob, from, {store, options, signal});
	return {
		take,
		async takeRoot(root, from, signal) {
			await take(root, from, signal);
			await store.images.tag(root, options.name);
		},
	};
}

interface Keeping {
	readonly store: Store;
	readonly options: StoreSinkOptions;
	readonly signal: AbortSignal;
}

async function keep(blob: Descriptor, from: BlobSource, {store, options, signal}: Keeping): Promise<void> {
	const {ref, onTransfer, onWait, onBegin} = options;
	const report = transferReport(blob, {direction: 'pull', ref}, onTransfer);
	if (store.blobs.has(blob.digest, blob.size)) return report.end('present');
	await using _ = await store.lock(`blobs/${blob.digest}`, {signal, ...(onWait ? {onWait} : {})});
	const content = watched(from.open(blob, {onRetry: report.retry, signal}), report);
	await store.blobs.put(blob, content, path => onBegin?.(blob, path));
	report.end('done');
}

/** Content whose progress is told while it passes. */
export function watched(content: Bytes, report: TransferReport): Bytes {
	return verifiedBy(verifierOf(content), counted(content, report));
}

async function* counted(content: Bytes, report: TransferReport): Bytes {
	let current = 0;
	report.moved(current);
	for await (const chunk of content) {
		yield chunk;
		current += chunk.byteLength;
		report.moved(current);
	}
}
