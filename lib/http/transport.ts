import type {IncomingHttpHeaders, IncomingMessage} from 'node:http';
import {type Bytes, collect} from '../bytes.ts';
import {type ProxyEnvironment, proxyFor} from './proxy.ts';
import {type Call, request} from './request.ts';

/** What came back, and from where: redirects were followed. */
export interface Answer {
	readonly url: URL;
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	/** To be read once. Rejects if the server is silent for too long; time that the reader takes does not count. */
	readonly body: Bytes;
}

export type Send = (call: Call) => Promise<Answer>;

/** A server that was silent for too long. */
export class SilenceError extends Error {
	override readonly name = 'SilenceError';
}

const mostRedirects = 10;
const redirects: readonly number[] = [301, 302, 303, 307, 308];
/** Texts of errors, tokens and redirects are shorter. */
const longestText = 1 << 20;

/** Sends calls, through the proxies that `env` names; gives up on a server that is silent for `patience` milliseconds. */
export function transport(env: ProxyEnvironment, patience: number): Send {
	return async first => {
		let call = first;
		for (let hops = 0; ; hops++) {
			const answer = await hop(call, env, patience);
			const url = redirects.includes(answer.status) ? httpURL(answer.headers.location, call.url) : undefined;
			if (!url || hops === mostRedirects) return answer;
			await discard(answer);
			call = redirected(call, url);
		}
	};
}

/** What a server names as an address, if it is one of the web's. */
export function httpURL(text: string | undefined, base?: URL): URL | undefined {
	if (text === undefined || !URL.canParse(text, base?.href)) return undefined;
	const url = new URL(text, base);
	return /^https?:$/.test(url.protocol) ? url : undefined;
}

/** Sees an answer off whose body does not matter, nor whether it comes. Read to its end, it leaves the connection for the next call. */
export async function discard(answer: Answer): Promise<void> {
	await textOf(answer).catch(() => {});
}

/** The text of an answer, as far as it is of a sensible length. */
export async function textOf({body}: Answer): Promise<string> {
	return (await collect(upTo(longestText, body))).toString('utf8');
}

/** `content` as far as the chunk with which it is longer than `longest`. */
export async function* upTo(longest: number, content: Bytes): Bytes {
	let bytes = 0;
	for await (const chunk of content) {
		yield chunk;
		bytes += chunk.byteLength;
		if (bytes > longest) return;
	}
}

/** One request. The signal that gives it up ends with the head of the answer; that of the call stays. */
async function hop(call: Call, env: ProxyEnvironment, patience: number): Promise<Answer> {
	const silence = new AbortController();
	const timer = setTimeout(() => silence.abort(), patience);
	const signal = call.signal ? AbortSignal.any([call.signal, silence.signal]) : silence.signal;
	try {
		const message = await request({...call, signal}, proxyFor(call.url, env));
		const {statusCode: status = 0, headers} = message;
		return {url: call.url, status, headers, body: patiently(message, patience)};
	} catch (error) {
		throw silence.signal.aborted ? new SilenceError('no answer') : error;
	} finally {
		clearTimeout(timer);
	}
}

/** Credentials are for the host they were meant for. https://www.rfc-editor.org/rfc/rfc9110#name-redirection-3xx */
function redirected(call: Call, url: URL): Call {
	if (url.origin === call.url.origin) return {...call, url};
	const {authorization: _, ...headers} = call.headers;
	return {...call, url, headers};
}

/** The body of an answer. Left early, it closes the connection. */
async function* patiently(message: IncomingMessage, patience: number): Bytes {
	const chunks = message[Symbol.asyncIterator]();
	const silence = () => message.destroy(new SilenceError('no more bytes came'));
	try {
		for (;;) {
			const timer = setTimeout(silence, patience);
			const {done, value} = await chunks.next().finally(() => clearTimeout(timer));
			if (done) return;
			yield value;
		}
	} finally {
		message.destroy();
	}
}
