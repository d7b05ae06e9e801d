import type {Bytes} from '../bytes.ts';
import {type ProxyEnvironment, proxyFor} from './proxy.ts';
import {fetchThrough} from './tunnel.ts';

/** A request without a body. */
export interface Call {
	readonly url: URL;
	readonly method: 'GET' | 'HEAD';
	readonly headers: Readonly<Record<string, string>>;
	readonly signal?: AbortSignal;
}

/** What came back, and from where: redirects were followed. */
export interface Answer {
	readonly response: Response;
	readonly url: URL;
}

export type Send = (call: Call) => Promise<Answer>;

/** A server that was silent for too long. */
export class SilenceError extends Error {
	override readonly name = 'SilenceError';
}

const mostRedirects = 10;
const redirects = new Set([301, 302, 303, 307, 308]);

/** Sends calls by fetch, or through the proxy that `env` names; gives up on a server that is silent for `patience` milliseconds. */
export function transport(env: ProxyEnvironment, patience: number): Send {
	return async first => {
		let call = first;
		for (let hops = 0; ; hops++) {
			const response = await hop(call, env, patience);
			const location = redirects.has(response.status) ? response.headers.get('location') : null;
			if (location === null || hops === mostRedirects) return {response, url: call.url};
			await response.body?.cancel();
			call = redirected(call, new URL(location, call.url));
		}
	};
}

/** The bytes of an answer. Rejects if the server is silent for too long; time that the reader takes does not count. */
export async function* bodyOf({response}: Answer, patience: number): Bytes {
	const reader = response.body?.getReader();
	if (!reader) return;
	try {
		for (;;) {
			const {done, value} = await within(patience, reader.read());
			if (done) return;
			yield value;
		}
	} finally {
		// a body that already failed has told so
		await reader.cancel().catch(() => {});
	}
}

async function hop(call: Call, env: ProxyEnvironment, patience: number): Promise<Response> {
	const silence = new AbortController();
	const timer = setTimeout(() => silence.abort(new SilenceError('no answer')), patience);
	const signal = call.signal ? AbortSignal.any([call.signal, silence.signal]) : silence.signal;
	const proxy = proxyFor(call.url, env);
	try {
		if (proxy) return await fetchThrough(proxy, {...call, signal});
		return await fetch(call.url, {method: call.method, headers: call.headers, signal, redirect: 'manual'});
	} catch (error) {
		throw silence.signal.aborted ? silence.signal.reason : error;
	} finally {
		clearTimeout(timer);
	}
}

/** Credentials are for the host they were meant for: https://www.rfc-editor.org/rfc/rfc9110#name-redirection-3xx */
function redirected(call: Call, url: URL): Call {
	if (url.origin === call.url.origin) return {...call, url};
	const {authorization: _, ...headers} = call.headers;
	return {...call, url, headers};
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const silence = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new SilenceError('no more bytes')), ms);
	});
	try {
		return await Promise.race([promise, silence]);
	} finally {
		clearTimeout(timer);
	}
}
