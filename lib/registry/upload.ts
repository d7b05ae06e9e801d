import type {Bytes} from '../bytes.ts';
import {RegistryError} from '../errors.ts';
import {attempts, PassingError, type RetryOptions} from '../http/attempts.ts';
import {type Answer, discard} from '../http/transport.ts';
import type {BlobSource} from '../oci/blobs.ts';
import type {Descriptor} from '../oci/image.ts';
import type {Reference} from '../oci/reference.ts';
import type {Repository, RepositoryCall} from './client.ts';
import {type Cursor, cursor} from './cursor.ts';
import {gaveUp, unexpected} from './errors.ts';

/** Where a blob is brought to. */
export interface Destination {
	readonly reference: Reference;
	readonly repository: Repository;
	readonly options: RetryOptions;
	/** A repository of the same registry that is thought to have the blob. */
	readonly origin: () => Promise<string | undefined>;
	/** How many bytes are on the other side, as far as is known. */
	readonly onProgress: (current: number) => void;
}

/** An upload that the registry knows of: it has all bytes below `offset`. */
interface Session {
	readonly location: string;
	readonly offset: number;
}

/** The sizes of what is sent at once that are tried one after the other, where a server, or a proxy before it, refuses more. */
const parts = [Number.POSITIVE_INFINITY, 64 << 20, 8 << 20, 1 << 20];

/** Bytes that a registry may need minutes for before it answers: some read all of a blob once more. */
const large = 8 << 20;

/**
 * Sees to it that a repository has a blob: looks for it, has it mounted from another repository, or sends it. It is sent
 * whole; after a break from where the registry says that it has it up to; in parts if it is too large for one request.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs
 */
export async function upload(blob: Descriptor, from: BlobSource, to: Destination): Promise<'present' | 'done'> {
	const {signal} = to.options;
	let lost: {readonly error: unknown} | undefined;
	async function* read(): Bytes {
		try {
			yield* from.open(blob, signal ? {signal} : {});
		} catch (error) {
			lost = {error};
			throw error;
		}
	}
	await using content = cursor(read);
	const tries = attempts(to.options, gaveUp(to.reference, to.repository.url));
	let [size = 0, ...smaller] = parts;
	let known: Session | undefined;
	let sent = false;
	for (;;) {
		try {
			const session: Session | undefined = (known && (await resumed(blob, known, to))) ?? (await begun(blob, to));
			if (!session) return sent ? 'done' : 'present';
			known = session;
			sent = true;
			tries.reached(session.offset);
			await send(blob, {content, session, size}, to);
			return 'done';
		} catch (error) {
			// what cannot be read is not the registry's fault, and was tried again where it is read
			if (lost) throw lost.error;
			const [next, ...others] = error instanceof TooLargeError ? smaller : [];
			if (next === undefined) await tries.failed(error instanceof TooLargeError ? refused(to, 413) : error);
			else [size, smaller] = [next, others];
		}
	}
}

/** A request was larger than the server takes. */
class TooLargeError extends Error {
	override readonly name = 'TooLargeError';
}

/** A new upload; undefined if the repository has the blob, now or before. */
async function begun(blob: Descriptor, to: Destination): Promise<Session | undefined> {
	const {repository} = to;
	const head = await repository.send({path: `blobs/${blob.digest}`, method: 'HEAD'});
	await discard(head);
	if (head.status === 200 && Number(head.headers['content-length'] ?? blob.size) === blob.size) return undefined;
	const origin = await to.origin();
	const mounting = origin === undefined ? undefined : await mounted(`mount=${blob.digest}&from=${origin}`, to);
	const answer = mounting ?? (await repository.send({path: 'blobs/uploads/', method: 'POST'}));
	await discard(answer);
	if (answer.status === 201) return undefined;
	return {location: locationOf(answer, to), offset: 0};
}

/** The answer to a wish to mount; undefined if the registry will not hear of it, which is no reason to give up. */
async function mounted(query: string, {repository}: Destination): Promise<Answer | undefined> {
	try {
		const answer = await repository.send({path: `blobs/uploads/?${query}`, method: 'POST'});
		if (answer.status === 201 || answer.status === 202) return answer;
		await discard(answer);
	} catch (error) {
		if (!(error instanceof RegistryError)) throw error;
	}
	return undefined;
}

/** An upload that broke off, as far as the registry has it; undefined if it has to begin anew. */
async function resumed({size}: Descriptor, {location}: Session, to: Destination): Promise<Session | undefined> {
	try {
		const answer = await to.repository.send({path: location, method: 'GET'});
		await discard(answer);
		const offset = offsetIn(answer);
		// `0-0` is said of one byte, and of none
		if (answer.status !== 204 || offset === undefined || offset < 2 || offset > size) return undefined;
		return {location: answer.headers.location ?? location, offset};
	} catch (error) {
		if (error instanceof RegistryError) return undefined;
		throw error;
	}
}

interface Sending {
	readonly content: Cursor;
	readonly session: Session;
	/** The most that is sent at once. */
	readonly size: number;
}

async function send(blob: Descriptor, {content, session, size}: Sending, to: Destination): Promise<void> {
	let {location, offset} = session;
	const whole = offset === 0 && blob.size <= size;
	while (!whole && offset < blob.size) {
		const end = Math.min(blob.size, offset + size);
		const range = {'content-range': `${offset}-${end - 1}`};
		const answer = await sendPiece(
			{path: location, method: 'PATCH', headers: range},
			{content, start: offset, end},
			to,
		);
		location = locationOf(answer, to);
		const reached = offsetIn(answer) ?? end;
		if (reached <= offset || reached > end)
			throw new PassingError(`of the bytes up to ${end} it has those up to ${reached}`, {status: answer.status});
		offset = reached;
	}
	const path = withDigest(new URL(location, to.repository.url), blob);
	const closing = {path, method: 'PUT' as const, takesLong: blob.size >= large};
	await sendPiece(closing, {content, start: offset, end: blob.size}, to);
}

interface Piece {
	readonly content: Cursor;
	readonly start: number;
	readonly end: number;
}

/** Sends a piece of a blob. */
async function sendPiece(
	call: Pick<RepositoryCall, 'path' | 'method' | 'headers' | 'takesLong'>,
	{content, start, end}: Piece,
	to: Destination,
): Promise<Answer> {
	const headers = {
		...call.headers,
		'content-type': 'application/octet-stream',
		'content-length': String(end - start),
	};
	async function* body() {
		let current = start;
		for await (const chunk of content.part(start, end)) {
			yield chunk;
			current += chunk.byteLength;
			to.onProgress(current);
		}
	}
	const answer = await to.repository.send({...call, headers, body, passing: [413]});
	await discard(answer);
	if (answer.status === 413) throw new TooLargeError();
	if (answer.status === 404 || answer.status === 416)
		throw new PassingError(`the upload is lost (${answer.status})`, {status: answer.status});
	return answer;
}

/** What follows the last byte that an answer says is there: `Range: 0-999`. */
function offsetIn({headers}: Answer): number | undefined {
	const [, last] = /^(?:bytes=)?0-(\d+)$/.exec(headers.range ?? '') ?? [];
	return last === undefined ? undefined : Number(last) + 1;
}

function locationOf({status, headers, url}: Answer, to: Destination): string {
	const {location} = headers;
	if (status === 202 && location !== undefined && URL.canParse(location, url.href)) return new URL(location, url).href;
	throw refused(to, status);
}

function withDigest(url: URL, {digest}: Descriptor): string {
	url.searchParams.set('digest', digest);
	return url.href;
}

function refused({reference}: Destination, status: number): RegistryError {
	return unexpected(reference, {status, deed: 'push'});
}
