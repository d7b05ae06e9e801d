import http from 'node:http';
import https from 'node:https';
import {Readable} from 'node:stream';
import tls from 'node:tls';
import type {Call} from './transport.ts';

/**
 * Sends a call through a proxy: Node's fetch knows of none before version 24. Plain http is asked of the proxy, for
 * https it gives a tunnel (https://www.rfc-editor.org/rfc/rfc9110#name-connect), so that it cannot read what passes.
 */
export async function fetchThrough(proxy: URL, call: Call): Promise<Response> {
	const answer = call.url.protocol === 'https:' ? await secured(proxy, call) : await plain(proxy, call);
	const headers = new Headers();
	for (const [name, values] of Object.entries(answer.headersDistinct)) {
		for (const value of values ?? []) headers.append(name, value);
	}
	const status = answer.statusCode ?? 502;
	const bodiless = call.method === 'HEAD' || [204, 205, 304].includes(status);
	if (bodiless) answer.resume();
	const body = bodiless ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>);
	return new Response(body, {status, headers});
}

function plain(proxy: URL, call: Call): Promise<http.IncomingMessage> {
	const headers = {...call.headers, host: call.url.host, ...proxyAuthorization(proxy)};
	return answered(toProxy(proxy, {method: call.method, path: call.url.href, headers, ...signalOf(call)}));
}

async function secured(proxy: URL, call: Call): Promise<http.IncomingMessage> {
	const {hostname, port, pathname, search} = call.url;
	const authority = `${hostname}:${port || 443}`;
	const headers = {host: authority, ...proxyAuthorization(proxy)};
	const request = toProxy(proxy, {method: 'CONNECT', path: authority, headers, ...signalOf(call)});
	const socket = await new Promise<tls.TLSSocket>((resolve, reject) => {
		request.on('error', reject).on('connect', (response, raw) => {
			if (response.statusCode === 200) resolve(tls.connect({socket: raw, servername: hostname}));
			else reject(new Error(`the proxy ${proxy.host} answers ${response.statusCode}`));
		});
		request.end();
	});
	const path = `${pathname}${search}`;
	const options = {method: call.method, path, headers: {...call.headers, host: call.url.host}, ...signalOf(call)};
	return answered(https.request({...options, createConnection: () => socket}));
}

function toProxy(proxy: URL, options: http.RequestOptions): http.ClientRequest {
	const {request} = proxy.protocol === 'https:' ? https : http;
	const port = proxy.port || (proxy.protocol === 'https:' ? 443 : 80);
	return request({...options, hostname: proxy.hostname.replace(/^\[|\]$/g, ''), port, agent: false});
}

function answered(request: http.ClientRequest): Promise<http.IncomingMessage> {
	return new Promise((resolve, reject) => {
		request.on('response', resolve).on('error', reject).end();
	});
}

function proxyAuthorization({username, password}: URL): Record<string, string> {
	if (!username) return {};
	const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
	return {'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}`};
}

function signalOf({signal}: Call): {signal?: AbortSignal} {
	return signal ? {signal} : {};
}
