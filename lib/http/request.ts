import type http from 'node:http';
import type https from 'node:https';
import type {SecureContext, TLSSocket} from 'node:tls';
import type {Bytes} from '../bytes.ts';
import {version} from '../version.ts';

/** Whom a secure connection trusts, and what it shows of itself. */
export type TlsOptions = Readonly<Pick<https.RequestOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized'>> & {
	/** Made of `ca`, `cert` and `key`; it takes their place. */
	readonly secureContext?: SecureContext;
};

/** How a call gets to where it goes. */
export interface Way {
	readonly proxy?: URL | undefined;
	readonly tls?: TlsOptions | undefined;
}

/** A request. */
export interface Call {
	readonly url: URL;
	readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
	readonly headers: Readonly<Record<string, string>>;
	/** What is sent, opened anew each time that it is; its `content-length` is among the headers. */
	readonly body?: () => Bytes;
	/** What is sent is for this host alone: a redirect to another is not followed. */
	readonly isSecret?: boolean;
	/** The server has work to do before it can answer. */
	readonly takesLong?: boolean;
	readonly signal?: AbortSignal;
}

/** Servers that limit who asks them want to know who does. https://www.rfc-editor.org/rfc/rfc9110#name-user-agent */
const own = {'user-agent': `strata/${version}`};

/**
 * Sends a call, through `proxy` if there is one, and resolves with the head of the answer. Not by fetch: that undoes
 * encodings, refuses some ports, and knows of no proxy before Node 24.
 */
export function request(call: Call, {proxy, tls = {}}: Way = {}): Promise<http.IncomingMessage> {
	const {url, method, headers, body, signal} = call;
	const options = {method, headers: {...own, ...headers, host: url.host}, ...(signal ? {signal} : {})};
	if (!proxy) return answered(moduleFor(url).request(url, {...options, ...tls}), body);
	if (url.protocol === 'https:') return tunnelled({proxy, tls}, call, options);
	return answered(toProxy(proxy, {...options, path: url.href}), body);
}

/** What goes to a https server passes the proxy unread. https://www.rfc-editor.org/rfc/rfc9110#name-connect */
async function tunnelled(
	{proxy, tls}: {readonly proxy: URL; readonly tls: TlsOptions},
	{url, body, signal}: Call,
	options: https.RequestOptions,
): Promise<http.IncomingMessage> {
	const authority = `${url.hostname}:${url.port || 443}`;
	const headers = {host: authority};
	const opening = toProxy(proxy, {method: 'CONNECT', path: authority, headers, ...(signal ? {signal} : {})});
	const {connect} = process.getBuiltinModule('node:tls');
	const socket = await new Promise<TLSSocket>((resolve, reject) => {
		opening.on('error', reject).on('connect', ({statusCode}, raw) => {
			if (statusCode === 200) return resolve(connect({...tls, socket: raw, servername: url.hostname}));
			raw.destroy();
			reject(new ProxyError(`the proxy ${proxy.host} answers ${statusCode}`));
		});
		opening.end();
	});
	return answered(moduleFor(url).request(url, {...options, createConnection: () => socket}), body);
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

function answered(sent: http.ClientRequest, body?: Call['body']): Promise<http.IncomingMessage> {
	return new Promise((resolve, reject) => {
		// the listener for errors stays: one that comes after the answer's head is the body's to tell
		sent.on('response', resolve).on('error', reject);
		if (body) fill(sent, body()).catch(error => sent.destroy(error));
		else sent.end();
	});
}

/** Writes what is sent. A server that answers before it has all of it wants no more: the connection ends with the answer. */
async function fill(sent: http.ClientRequest, body: Bytes): Promise<void> {
	let early: http.IncomingMessage | undefined;
	sent.on('response', message => {
		early = message;
	});
	for await (const chunk of body) {
		if (!early && !sent.write(chunk)) await writable(sent);
		if (sent.destroyed) return;
		if (early) {
			early.on('close', () => sent.destroy());
			return;
		}
	}
	sent.end();
}

/** Resolves once more can be written, or nothing more has to be. */
function writable(sent: http.ClientRequest): Promise<void> {
	const events = ['drain', 'response', 'close'] as const;
	return new Promise(resolve => {
		const go = () => {
			for (const event of events) sent.off(event, go);
			resolve();
		};
		for (const event of events) sent.on(event, go);
	});
}

/** Loaded only now: a build with nothing to fetch starts sooner without. */
function moduleFor({protocol}: URL): typeof http | typeof https {
	return process.getBuiltinModule(protocol === 'https:' ? 'node:https' : 'node:http');
}
