import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import {version} from '../version.ts';

/** A request without a body. */
export interface Call {
	readonly url: URL;
	readonly method: 'GET' | 'HEAD';
	readonly headers: Readonly<Record<string, string>>;
	readonly signal?: AbortSignal;
}

/** Servers that limit who asks them want to know who does. https://www.rfc-editor.org/rfc/rfc9110#name-user-agent */
const own = {'user-agent': `strata/${version}`};

/**
 * Sends a call, through `proxy` if there is one, and resolves with the head of the answer. Not by fetch: that undoes
 * encodings, refuses some ports, and knows of no proxy before Node 24.
 */
export function request(call: Call, proxy?: URL): Promise<http.IncomingMessage> {
	const {url, method, headers, signal} = call;
	const options = {method, headers: {...own, ...headers, host: url.host}, ...(signal ? {signal} : {})};
	if (!proxy) return answered(moduleFor(url).request(url, options));
	if (url.protocol === 'https:') return tunnelled(proxy, call, options);
	return answered(toProxy(proxy, {...options, path: url.href}));
}

/** What goes to a https server passes the proxy unread. https://www.rfc-editor.org/rfc/rfc9110#name-connect */
async function tunnelled(
	proxy: URL,
	{url, signal}: Call,
	options: https.RequestOptions,
): Promise<http.IncomingMessage> {
	const authority = `${url.hostname}:${url.port || 443}`;
	const headers = {host: authority};
	const opening = toProxy(proxy, {method: 'CONNECT', path: authority, headers, ...(signal ? {signal} : {})});
	const socket = await new Promise<tls.TLSSocket>((resolve, reject) => {
		opening.on('error', reject).on('connect', ({statusCode}, raw) => {
			if (statusCode === 200) return resolve(tls.connect({socket: raw, servername: url.hostname}));
			raw.destroy();
			reject(new ProxyError(`the proxy ${proxy.host} answers ${statusCode}`));
		});
		opening.end();
	});
	return answered(https.request(url, {...options, createConnection: () => socket}));
}

/** A proxy that opens no way to where the call goes. */
export class ProxyError extends Error {
	override readonly name = 'ProxyError';
}

function toProxy(proxy: URL, {headers, ...options}: http.RequestOptions): http.ClientRequest {
	const {username, password, hostname} = proxy;
	const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
	const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
	return moduleFor(proxy).request({
		...options,
		headers: {...headers, ...(username ? {'proxy-authorization': authorization} : {})},
		hostname: hostname.replace(/^\[|\]$/g, ''),
		port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
		agent: false,
	});
}

function answered(sent: http.ClientRequest): Promise<http.IncomingMessage> {
	return new Promise((resolve, reject) => {
		// the listener for errors stays: one that comes after the answer's head is the body's to tell
		sent.on('response', resolve).on('error', reject).end();
	});
}

function moduleFor({protocol}: URL): typeof http | typeof https {
	return protocol === 'https:' ? https : http;
}
