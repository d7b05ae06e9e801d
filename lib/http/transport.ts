import type {IncomingHttpHeaders, IncomingMessage} from 'node:http';
import {type Bytes, collect} from '../bytes.ts';
import {authorities, isUntrusted} from './authorities.ts';
import {type ProxyEnvironment, proxyFor} from './proxy.ts';
import {type Call, request, type TlsOptions} from './request.ts';

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
/** Those that do not turn a request that sends something into one that asks. */
const keepingMethod: readonly number[] = [307, 308];
/** How many times as long a server may be silent over a call that takes long. */
const workTime = 10;
/** Texts of errors, tokens and redirects are shorter. */
const longestText = 1 << 20;

/**
 * Sends calls, through the proxies that `env` names; gives up on a server that is silent for `patience` milliseconds. Unless `tls` names
 * authorities, those that this machine trusts are trusted too: they are read when Node's own do not do.
 */
export function transport(env: ProxyEnvironment, patience: number, tls: TlsOptions = {}): Send {
	let trusting = tls;
	const trustingHop = async (call: Call): Promise<Answer> => {
		const trusted = trusting;
		try {
			return await hop(call, {env, patience, tls: trusted});
		} catch (error) {
			if (trusted !== tls || tls.ca !== undefined || !isUntrusted(error)) throw error;
			// another call may have read them meanwhile
			if (trusting === tls) trusting = trustingMore(tls, env);
			if (trusting === tls) throw error;
			return hop(call, {env, patience, tls: trusting});
		}
	};
	return async first => {
		let call = first;
		for (let hops = 0; ; hops++) {
			const answer = await trustingHop(call);
			const url = isRedirect(answer, call) ? httpURL(answer.headers.location, call.url) : undefined;
			if (!url || hops === mostRedirects || (call.isSecret && url.origin !== call.url.origin)) return answer;
			await discard(answer);
			call = redirected(call, url);
		}
	};
}

/** `tls` with the authorities that this machine trusts besides Node's own; `tls` itself where there are none. */
function trustingMore(tls: TlsOptions, env: ProxyEnvironment): TlsOptions {
	const more = authorities(env);
	if (more.length === 0) return tls;
	const {createSecureContext, rootCertificates} = process.getBuiltinModule('node:tls');
	return {...tls, secureContext: createSecureContext({...tls, ca: [...rootCertificates, ...more]})};
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

function isRedirect({status}: Answer, {method}: Call): boolean {
	return (method === 'GET' || method === 'HEAD' ? redirects : keepingMethod).includes(status);
}

interface Hop {
	readonly env: ProxyEnvironment;
	readonly patience: number;
	readonly tls: TlsOptions;
}

/** One request. The signal that gives it up ends with the head of the answer; that of the call stays. */
async function hop(call: Call, {env, patience, tls}: Hop): Promise<Answer> {
	const silence = new AbortController();
	const watch = watchdog(() => silence.abort());
	const signal = call.signal ? AbortSignal.any([call.signal, silence.signal]) : silence.signal;
	const {body} = call;
	const silent = {taking: patience, working: call.takesLong ? patience * workTime : patience};
	const sent = body ? {body: () => watched(body(), watch, silent)} : {};
	watch.start(body ? silent.taking : silent.working);
	try {
		const message = await request({...call, ...sent, signal}, {proxy: proxyFor(call.url, env), tls});
		const {statusCode: status = 0, headers} = message;
		return {url: call.url, status, headers, body: patiently(message, patience)};
	} catch (error) {
		throw silence.signal.aborted ? new SilenceError('no answer') : error;
	} finally {
		watch.end();
	}
}

interface Watchdog {
	start(patience: number): void;
	stop(): void;
	/** Stops for good. */
	end(): void;
}

/** Calls `bark` when the milliseconds that `start` is told pass before anything else comes. */
function watchdog(bark: () => void): Watchdog {
	let timer: NodeJS.Timeout | undefined;
	let over = false;
	const stop = () => clearTimeout(timer);
	return {
		start(patience) {
			stop();
			if (!over) timer = setTimeout(bark, patience);
		},
		stop,
		end() {
			over = true;
			stop();
		},
	};
}

/** Milliseconds for which a server may be silent while it takes what it is sent, and before it answers. */
interface Silent {
	readonly taking: number;
	readonly working: number;
}

/** What is sent. While it is read, the server is not the one who is silent. */
async function* watched(content: Bytes, {start, stop}: Watchdog, {taking, working}: Silent): Bytes {
	stop();
	for await (const chunk of content) {
		start(taking);
		yield chunk;
		stop();
	}
	start(working);
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
