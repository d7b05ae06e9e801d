import {PassingError, retryAfter} from '../http/attempts.ts';
import type {Call} from '../http/request.ts';
import {discard, httpURL, type Send, textOf} from '../http/transport.ts';

/** What a registry wants to see before it answers. https://distribution.github.io/distribution/spec/auth/token/ */
export interface Challenge {
	readonly realm: string;
	readonly service?: string;
	readonly scope?: string;
}

/** The Bearer challenge in a WWW-Authenticate header, which may hold several. */
export function parseBearer(header: string): Challenge | undefined {
	const value = String.raw`"(?:[^"\\]|\\.)*"|[^\s,"]+`;
	const challenges = new RegExp(String.raw`([a-z]+)\s+((?:[a-z_]+\s*=\s*(?:${value})\s*,?\s*)+)`, 'gi');
	for (const [, scheme, parameters = ''] of header.matchAll(challenges)) {
		if (scheme?.toLowerCase() !== 'bearer') continue;
		const pairs = [...parameters.matchAll(new RegExp(String.raw`([a-z_]+)\s*=\s*(${value})`, 'gi'))];
		const {realm, ...rest} = Object.fromEntries(
			pairs.map(([, name = '', text = '']) => [name.toLowerCase(), unquote(text)]),
		);
		if (realm !== undefined && httpURL(realm)) return {...rest, realm};
	}
	return undefined;
}

/**
 * Sends calls with a token for `scope`, fetched when the registry first asks for one, shared by all calls that go on
 * at the same time, and fetched anew when it is refused. An answer 401 that is passed on is final.
 */
export function withToken(send: Send, scope: string): Send {
	let token: Promise<string | undefined> | undefined;
	return async call => {
		const known = token;
		const first = await send(authorized(call, await known));
		if (first.status !== 401) return first;
		const challenge = parseBearer(first.headers['www-authenticate'] ?? '');
		if (!challenge) return first;
		await discard(first);
		// another call may have fetched a new one meanwhile
		if (token === known) token = fetchToken(send, {scope, ...challenge}, call.signal);
		const fresh = token;
		try {
			return await send(authorized(call, await fresh));
		} catch (error) {
			if (token === fresh) token = known;
			throw error;
		}
	};
}

function authorized(call: Call, token: string | undefined): Call {
	return token === undefined ? call : {...call, headers: {...call.headers, authorization: `Bearer ${token}`}};
}

/** An anonymous token; undefined if the authority gives none. */
async function fetchToken(send: Send, challenge: Challenge, signal?: AbortSignal): Promise<string | undefined> {
	const url = new URL(challenge.realm);
	if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
	if (challenge.scope !== undefined) url.searchParams.set('scope', challenge.scope);
	const answer = await send({url, method: 'GET', headers: {accept: 'application/json'}, ...(signal ? {signal} : {})});
	const {status, headers} = answer;
	const text = await textOf(answer);
	if (status >= 500 || status === 429) {
		throw new PassingError(`${status} from ${url.host}`, {status, after: retryAfter(headers)});
	}
	return status === 200 ? tokenIn(text) : undefined;
}

function tokenIn(text: string): string | undefined {
	try {
		const {token, access_token: other}: {token?: unknown; access_token?: unknown} = JSON.parse(text);
		// it goes into a header as it is
		return [token, other].filter(value => typeof value === 'string').find(value => /^[\x21-\x7e]+$/.test(value));
	} catch {
		return undefined;
	}
}

function unquote(text: string): string {
	return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
}
