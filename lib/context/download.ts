import {createHash} from 'node:crypto';
import {rmSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {RegistryError} from '../errors.ts';
import {type Failure, PassingError, type RetryOptions, retried, retryAfter} from '../http/attempts.ts';
import type {ProxyEnvironment} from '../http/proxy.ts';
import {insecurity} from '../http/reason.ts';
import {type Answer, discard, transport} from '../http/transport.ts';
import {type Digest, digestFromHex} from '../oci/digest.ts';

/** What a server said of a file, by which it can say later that the file is still the same. */
export interface Validators {
	readonly etag?: string;
	/** As the header has it. */
	readonly lastModified?: string;
}

/** A file that was fetched. */
export interface Downloaded extends Validators {
	readonly digest: Digest;
	readonly size: number;
}

export interface DownloadOptions extends RetryOptions {
	/** A path that nothing has yet; when this rejects, nothing is there. */
	readonly into: string;
	/** What is known of a file that was fetched before. */
	readonly known?: Validators;
	/** Of the first host only: they follow no redirect to another one. */
	readonly headers?: Readonly<Record<string, string>>;
	readonly env?: ProxyEnvironment;
}

/** Milliseconds without a byte after which a connection counts as broken. */
const patience = 60_000;

/**
 * Fetches a URL of http or https into a file; undefined if the server says that what is known is still so
 * (https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests). Rejects with a RegistryError.
 */
export function download(url: URL, options: DownloadOptions): Promise<Downloaded | undefined> {
	const {signal, env = process.env, known = {}, headers = {}} = options;
	const send = transport(env, patience);
	const call = {
		url: withoutLogin(url),
		method: 'GET' as const,
		headers: {'accept-encoding': 'identity', ...loginOf(url), ...conditions(known), ...headers},
		...(signal ? {signal} : {}),
	};
	const attempt = async () => {
		const answer = await send(call).catch(error => {
			signal?.throwIfAborted();
			throw insecure(error, url);
		});
		if (answer.status === 304) {
			await discard(answer);
			return undefined;
		}
		return keep(await checked(answer, url), options.into);
	};
	return retried(attempt, options, gaveUp(url));
}

function conditions({etag, lastModified}: Validators): Record<string, string> {
	return {
		...(etag ? {'if-none-match': etag} : {}),
		...(lastModified && !etag ? {'if-modified-since': lastModified} : {}),
	};
}

function loginOf({username, password}: URL): Record<string, string> {
	if (username === '') return {};
	const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
	return {authorization: `Basic ${Buffer.from(login).toString('base64')}`};
}

/** The URL as it may be told: without name and password. */
export function withoutLogin(url: URL): URL {
	const bare = new URL(url);
	bare.username = '';
	bare.password = '';
	return bare;
}

async function checked(answer: Answer, url: URL): Promise<Answer> {
	const {status, headers} = answer;
	if (status >= 200 && status < 300) return answer;
	await discard(answer);
	if (status === 408 || status === 429 || status >= 500) {
		throw new PassingError(`${status} from ${answer.url.host}`, {status, after: retryAfter(headers)});
	}
	throw new RegistryError('DOWNLOAD', `cannot fetch ${withoutLogin(url)}: ${answer.url.host} answers ${status}`, {
		help: status === 401 || status === 403 ? [`with a token: --secret id=HTTP_AUTH_TOKEN_${url.host},env=NAME`] : [],
	});
}

/** An answer that says its length and has another one is no file. */
async function keep({body, headers}: Answer, path: string): Promise<Downloaded> {
	const file = await open(path, 'wx', 0o600);
	try {
		const hash = createHash('sha256');
		let size = 0;
		for await (const chunk of body) {
			hash.update(chunk);
			await file.writeFile(chunk);
			size += chunk.byteLength;
		}
		const promised = headers['content-length'];
		if (promised !== undefined && Number(promised) !== size) throw new PassingError('the answer was cut short');
		const {etag, 'last-modified': lastModified} = headers;
		return {
			digest: digestFromHex(hash.digest('hex')),
			size,
			...(etag ? {etag} : {}),
			...(lastModified ? {lastModified} : {}),
		};
	} catch (error) {
		rmSync(path, {force: true});
		throw error;
	} finally {
		await file.close();
	}
}

function gaveUp(url: URL): (failure: Failure) => RegistryError {
	return ({reason, attempts, cause}) =>
		new RegistryError('DOWNLOAD', `cannot fetch ${withoutLogin(url)}: ${reason}`, {
			notes: [attempts === 1 ? '1 attempt' : `${attempts} attempts`],
			help: ['is the address right, and the network there?'],
			cause,
		});
}

function insecure(error: unknown, url: URL): unknown {
	const state = insecurity(error);
	if (state === undefined) return error;
	return new RegistryError('DOWNLOAD', `cannot fetch ${withoutLogin(url)}: ${state}`, {
		help: ['trust its authority: NODE_EXTRA_CA_CERTS=FILE'],
		cause: error,
	});
}
