import {PassingError, retryAfter} from '../http/attempts.ts';
import {isLoopback} from '../http/proxy.ts';
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

/** What is asked for, and with which login: a Basic header, or nothing. Most things everyone may pull, so it is looked up when the registry asks. */
export interface Asking {
	readonly scope: string;
	readonly login: () => string | undefined;
}

/**
 * Sends calls with what the registry asks for: the login itself, or a token for `scope`. A token is fetched when it is first asked
 * for, shared by all calls that go on at the same time, and fetched anew when it is refused. An answer 401 that is passed on is final.
 */
export function withToken(send: Send, asking: Asking): Send {
	let shown: Promise<string | undefined> | undefined;
	return async call => {
		const known = shown;
		const first = await send(authorized(call, await known));
		if (first.status !== 401) return first;
		const login = asking.login();
		const header = first.headers['www-authenticate'] ?? '';
		const challenge = parseBearer(header);
		const takesLogin = login !== undefined && /(?:^|,\s*)basic\b/i.test(header) && (await known) !== login;
		if (!challenge && !takesLogin) return first;
		await discard(first);
		// another call may have fetched a new one meanwhile
		if (shown === known) {
			shown = challenge
				? fetchToken(send, {scope: asking.scope, ...challenge}, {login, signal: call.signal})
				: Promise.resolve(login);
		}
		const fresh = shown;
		try {
			return await send(authorized(call, await fresh));
		} catch (error) {
			if (shown === fresh) shown = known;
			throw error;
		}
	};
}

function authorized(call: Call, authorization: string | undefined): Call {
	return authorization === undefined ? call : {...call, headers: {...call.headers, authorization}};
}

interface Fetching {
	readonly login: string | undefined;
	readonly signal: AbortSignal | undefined;
}

/** `Bearer` and a token, an anonymous one without a login; undefined if the authority gives none. */
async function fetchToken(send: Send, challenge: Challenge, {login, signal}: Fetching): Promise<string | undefined> {
	const url = new URL(challenge.realm);
	// in clear text a login is shown to this machine only
	const isSafe = url.protocol === 'https:' || isLoopback(url.hostname);
	const authorization = login !== undefined && isSafe ? {authorization: login} : {};
	if (challenge.service !== undefined) url.searchParams.set('service', challenge.service);
	if (challenge.scope !== undefined) url.searchParams.set('scope', challenge.scope);
	const asking = {accept: 'application/json', ...authorization};
	const answer = await send({url, method: 'GET', headers: asking, ...(signal ? {signal} : {})});
	const {status, headers} = answer;
	const text = await textOf(answer);
	if (status >= 500 || status === 429) {
		throw new PassingError(`${status} from ${url.host}`, {status, after: retryAfter(headers)});
	}
	const token = status === 200 ? tokenIn(text) : undefined;
	return token === undefined ? undefined : `Bearer ${token}`;
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
