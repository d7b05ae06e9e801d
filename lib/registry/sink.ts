import {collect} from '../bytes.ts';
import {retried} from '../http/attempts.ts';
import type {BlobSource} from '../oci/blobs.ts';
import type {ImageSink} from '../oci/copy.ts';
import type {Digest} from '../oci/digest.ts';
import type {Descriptor} from '../oci/image.ts';
import {isIndex, isManifest} from '../oci/media-types.ts';
import {canonicalName, type Reference} from '../oci/reference.ts';
import {type RegistryOptions, type Repository, repositoryOf} from './client.ts';
import {gaveUp} from './errors.ts';
import {putManifest} from './manifests.ts';
import {type OnTransfer, transferReport} from './transfer.ts';
import {upload} from './upload.ts';

export interface SinkOptions extends RegistryOptions {
	readonly onTransfer?: OnTransfer;
	/** A repository of the same registry that is thought to have a blob. */
	readonly originOf?: (digest: Digest) => Promise<string | undefined>;
}

/**
 * A place for one image: what is copied to it goes by the tag of `reference`, or without one by the digest of its manifest.
 * Asks nothing before something is copied.
 */
export function registrySink(reference: Reference, options: SinkOptions = {}): ImageSink {
	let opened: Promise<Place> | undefined;
	const place = async (signal: AbortSignal): Promise<Place> => {
		opened ??= openPlace(reference, options);
		const {repository, ...others} = await opened;
		const send: Repository['send'] = call => repository.send({signal, ...call});
		return {...others, repository: {...repository, send}, options: {...options, signal}};
	};
	return {
		take: async (descriptor, from, signal) =>
			isIndex(descriptor.mediaType) || isManifest(descriptor.mediaType)
				? takeDocument(descriptor, from, {...(await place(signal)), version: descriptor.digest})
				: takeBlob(descriptor, from, await place(signal)),
		takeRoot: async (root, from, signal) =>
			takeDocument(root, from, {...(await place(signal)), version: reference.tag ?? root.digest}),
	};
}

async function openPlace(reference: Reference, options: SinkOptions): Promise<Place> {
	const {pushOptions} = await import('./mirrors.ts');
	return {reference, repository: repositoryOf(reference, pushOptions(reference, options), 'push'), options};
}

interface Place {
	readonly reference: Reference;
	readonly repository: Repository;
	readonly options: SinkOptions;
}

async function takeBlob(blob: Descriptor, from: BlobSource, place: Place): Promise<void> {
	const {reference, repository, options} = place;
	const report = transferReport(blob, {direction: 'push', ref: canonicalName(reference)}, options.onTransfer);
	const end = await upload(blob, from, {
		reference,
		repository,
		options: {...options, onRetry: report.retry},
		origin: async () => options.originOf?.(blob.digest),
		onProgress: report.moved,
	});
	report.end(end);
}

async function takeDocument(
	document: Descriptor,
	from: BlobSource,
	{reference, repository, options, version}: Place & {readonly version: string},
): Promise<void> {
	const report = transferReport(document, {direction: 'push', ref: canonicalName(reference)}, options.onTransfer);
	const bytes = await collect(from.open(document));
	const attempt = () => putManifest({mediaType: document.mediaType, bytes, version}, {reference, repository});
	await retried(attempt, {...options, onRetry: report.retry}, gaveUp(reference, repository.url));
	report.end('done');
}
