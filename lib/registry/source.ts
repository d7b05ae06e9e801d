import {type Bytes, collect} from '../bytes.ts';
import {attempts, PassingError} from '../http/attempts.ts';
import {type Answer, discard, upTo} from '../http/transport.ts';
import type {BlobSource} from '../oci/blobs.ts';
import {type Digest, digestOf, parseDigest} from '../oci/digest.ts';
import type {Descriptor} from '../oci/image.ts';
import {dockerManifest, dockerManifestList, isIndex, isManifest, ociIndex, ociManifest} from '../oci/media-types.ts';
import {parseIndex, parseManifest} from '../oci/parse.ts';
import {canonicalName, type Reference} from '../oci/reference.ts';
import {DigestMismatchError, verify} from '../oci/verify.ts';
import {type RegistryOptions, type Repository, repositoryOf} from './client.ts';
import {isDocument, largestManifest} from './documents.ts';
import {altered, gaveUp, missing, noImage, notFound, tooLarge} from './errors.ts';

/** What a name stands for, and a place that has all of it. */
export interface ImageSource extends BlobSource {
	/** The name in full, for people and records. */
	readonly name: string;
	/** The manifest or index that the name stands for now, and its bytes, verified. */
	resolve(): Promise<Resolved>;
	/** The digest of what `resolve` would return, where that can be had for less. */
	peek(): Promise<Digest | undefined>;
}

export interface Resolved {
	readonly descriptor: Descriptor;
	readonly bytes: Uint8Array;
}

export type RegistrySource = ImageSource;

const manifestTypes = [ociIndex, ociManifest, dockerManifestList, dockerManifest].join(', ');

/** What a registry has under `reference`. Asks nothing before it is asked. */
export function registrySource(reference: Reference, options: RegistryOptions = {}): RegistrySource {
	const repository = repositoryOf(reference, options);
	const pull = {reference, repository, options};
	const version = reference.digest ?? reference.tag ?? 'latest';
	return {
		name: canonicalName(reference),
		resolve: () => repository.retried(() => resolve(pull, version)),
		peek: () => repository.retried(() => peek(pull, version)),
		has: (digest, size) => repository.retried(() => has(pull, digest, size)),
		open: (descriptor, own) => open({...pull, options: {...options, ...own}}, descriptor),
	};
}

interface Pull {
	readonly reference: Reference;
	readonly repository: Repository;
	readonly options: RegistryOptions;
}

async function resolve({reference, repository}: Pull, version: string): Promise<Resolved> {
	const answer = await repository.send({path: `manifests/${version}`, method: 'GET', headers: {accept: manifestTypes}});
	const {headers, status, url} = answer;
	if (status !== 200) throw await discarded(answer, notFound(reference, url.host));
	const bytes = await collect(upTo(largestManifest, answer.body));
	if (bytes.byteLength > largestManifest) throw tooLarge(reference, {mediaType: ociManifest}, url.host);
	const said = headers['content-type']?.split(';')[0]?.trim() ?? '';
	const mediaType = mediaTypeOf(said, bytes);
	const descriptor = {mediaType: mediaType ?? ociManifest, digest: digestOf(bytes), size: bytes.byteLength};
	const expected = reference.digest ?? contentDigest(answer) ?? descriptor.digest;
	if (descriptor.digest !== expected) {
		const received = {digest: descriptor.digest, bytes: bytes.byteLength};
		throw altered(reference, new DigestMismatchError({...descriptor, digest: expected}, received), url.host);
	}
	if (mediaType === undefined) throw noImage(canonicalName(reference), said);
	return {descriptor, bytes};
}

/** A HEAD request: registries do not count it as a pull. */
async function peek({reference, repository}: Pull, version: string): Promise<Digest | undefined> {
	if (reference.digest) return reference.digest;
	const answer = await repository.send({
		path: `manifests/${version}`,
		method: 'HEAD',
		headers: {accept: manifestTypes},
	});
	return discarded(answer, answer.status === 200 ? contentDigest(answer) : undefined);
}

async function has({repository}: Pull, digest: Digest, size?: number): Promise<boolean> {
	const answer = await repository.send({path: `blobs/${digest}`, method: 'HEAD'});
	const length = answer.headers['content-length'];
	const fits = size === undefined || length === undefined || Number(length) === size;
	return discarded(answer, answer.status === 200 && fits);
}

function contentDigest({headers}: Answer): Digest | undefined {
	const value = headers['docker-content-digest'];
	return typeof value === 'string' ? parseDigest(value) : undefined;
}

function open(pull: Pull, descriptor: Descriptor): Bytes {
	const place = {host: pull.repository.url.host};
	return verify(descriptor, whole(pull, descriptor, place), error => altered(pull.reference, error, place.host));
}

/** The bytes of a blob, through as many answers as it takes: each goes on where the last broke off. `place` gets the host that sends. */
async function* whole({reference, repository, options}: Pull, descriptor: Descriptor, place: {host: string}): Bytes {
	if (isDocument(descriptor) && descriptor.size > largestManifest) throw tooLarge(reference, descriptor, place.host);
	const {signal} = options;
	const tries = attempts(options, gaveUp(reference, repository.url));
	let received = 0;
	for (;;) {
		try {
			const answer = await repository.send({...request(descriptor, received), ...(signal ? {signal} : {})});
			place.host = answer.url.host;
			if (answer.status === 404) throw await discarded(answer, missing(reference, descriptor, place.host));
			const total = totalOf(answer);
			// all that the registry has: whether that is the blob is for whoever holds its digest against it
			if (answer.status === 416 && (total ?? received) <= received) return await discard(answer);
			for await (const chunk of from(received, answer)) {
				received += chunk.byteLength;
				yield chunk;
			}
			if (received >= Math.min(descriptor.size, total ?? descriptor.size)) return;
			throw new PassingError('the answer was cut short');
		} catch (error) {
			tries.reached(received);
			await tries.failed(error);
		}
	}
}

function request({mediaType, digest}: Descriptor, start: number) {
	const isNamed = isManifest(mediaType) || isIndex(mediaType);
	const range: Record<string, string> = start > 0 ? {range: `bytes=${start}-`} : {};
	const headers = {...(isNamed ? {accept: mediaType} : {}), ...range};
	return {path: `${isNamed ? 'manifests' : 'blobs'}/${digest}`, method: 'GET' as const, headers};
}

/** The part of a body that begins at `start`; a server that knows no ranges sends what came before it once more. */
async function* from(start: number, answer: Answer): Bytes {
	const position = positionOf(answer);
	if (!(position <= start)) {
		throw await discarded(answer, new PassingError(`${answer.status} to a request for the rest`));
	}
	let skip = start - position;
	for await (const chunk of answer.body) {
		const rest = chunk.subarray(skip);
		skip -= Math.min(skip, chunk.byteLength);
		if (rest.byteLength > 0) yield rest;
	}
}

/** Where in the blob an answer begins; NaN if it does not say. */
function positionOf({status, headers}: Answer): number {
	if (status === 200) return 0;
	return status === 206 ? Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1]) : Number.NaN;
}

/** How long the whole is by an answer that has a part of it, or none; undefined if it does not say. */
function totalOf({status, headers}: Answer): number | undefined {
	const said = status === 200 ? headers['content-length'] : /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
	return said === undefined ? undefined : Number(said);
}

async function discarded<T>(answer: Answer, result: T): Promise<T> {
	await discard(answer);
	return result;
}

/** What a manifest or index is, as the registry says; servers of plain files do not know, but the document does. undefined for anything else. */
function mediaTypeOf(said: string, bytes: Uint8Array): string | undefined {
	const [index, manifest] = [parseIndex(bytes), parseManifest(bytes)];
	if (isIndex(said)) return index && said;
	if (isManifest(said)) return manifest && said;
	if (index) return index.mediaType ?? ociIndex;
	return manifest && (manifest.mediaType ?? ociManifest);
}
