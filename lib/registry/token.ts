import {inOnePiece} from '../bytes.ts';
import {PassingError, retryAfter} from '../http/attempts.ts';
import {isLoopback} from '../http/proxy.ts';
import type {Call} from '../http/request.ts';
import {discard, httpURL, type Send, textOf} from '../http/transport.ts';
import {basicHeader, type Login} from './login.ts';

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
	readonly login: () => Promise<Login | undefined>;
	/** The login is not shown to an authority for tokens, because it would go there in clear text. */
	readonly onWithheld: (authority: URL) => void;
}

/**
 * Sends calls with what the registry asks for: the login itself, or a token for `scope`. A token is fetched when it is first asked
 * for, shared by all calls that go on at the same time, and fetched anew when it is refused. An answer 401 that is passed on is final.
 */
export function withToken(send: Send, asking: Asking): Send {
	let shown: Promise<string | undefined> | undefined;
	let scopes = [asking.scope];
	return async call => {
		const known = shown;
		const first = await send(authorized(call, await known));
		// Where a registry redirects to, nobody gets to see its logins, whatever they ask for.
		if (first.status !== 401 || first.url.origin !== call.url.origin) return first;
		const login = await asking.login();
		const basic = login && basicHeader(login);
		const header = first.headers['www-authenticate'] ?? '';
		const challenge = parseBearer(header);
		const takesLogin = basic !== undefined && /(?:^|,\s*)basic\b/i.test(header) && (await known) !== basic;
		if (!challenge && !takesLogin) return first;
		await discard(first);
		const before = scopes;
		// another call may have fetched a new one meanwhile
		if (shown === known) {
			scopes = joinScopes([...scopes, challenge?.scope ?? '']);
			const fetching = {scopes, login, signal: call.signal, onWithheld: asking.onWithheld};
			shown = challenge ? fetchToken(send, challenge, fetching) : Promise.resolve(basic);
		}
		const fresh = shown;
		const undo = () => {
			if (shown === fresh) [shown, scopes] = [known, before];
		};
		try {
			const answer = await send(authorized(call, await fresh));
			const isRefused = answer.status === 401 || answer.status === 403;
			// what this call alone wants, and does not get, would cost all that come after it their tokens
			if (isRefused && scopes.join() !== before.join()) undo();
			return answer;
		} catch (error) {
			undo();
			throw error;
		}
	};
}

function authorized(call: Call, authorization: string | undefined): Call {
	return authorization === undefined ? call : {...call, headers: {...call.headers, authorization}};
}

/**
 * Each resource once, with all that is to be done with it. A token is for whatever was asked for before, too: uploads and mounts
 * go on side by side. https://distribution.github.io/distribution/spec/auth/scope/
 */
function joinScopes(texts: readonly string[]): string[] {
	const actions = new Map<string, Set<string>>();
	for (const scope of texts.flatMap(text => text.split(' ')).filter(Boolean)) {
		const colon = scope.lastIndexOf(':');
		const resource = scope.slice(0, colon);
		actions.set(resource, new Set([...(actions.get(resource) ?? []), ...scope.slice(colon + 1).split(',')]));
	}
	return [...actions].map(([resource, names]) => `${resource}:${[...names].join(',')}`);
}

interface Fetching extends Pick<Asking, 'onWithheld'> {
	readonly scopes: readonly string[];
	readonly login: Login | undefined;
	readonly signal: AbortSignal | undefined;
}

/** `Bearer` and a token, an anonymous one without a login; undefined if the authority gives none. */
async function fetchToken(
	send: Send,
	challenge: Challenge,
	{scopes, login, signal, onWithheld}: Fetching,
): Promise<string | undefined> {
	const url = new URL(challenge.realm);
	const {service} = challenge;
	// in clear text a login is shown to this machine only
	const shown = url.protocol === 'https:' || isLoopback(url.hostname) ? login : undefined;
	if (login && !shown) onWithheld(url);
	const call =
		shown && 'identityToken' in shown ? exchange(url, shown, {scopes, service}) : ask(url, shown, {scopes, service});
	const answer = await send({...call, ...(signal ? {signal} : {})});
	const {status, headers} = answer;
	const text = await textOf(answer);
	if (status >= 500 || status === 429) {
		throw new PassingError(`${status} from ${url.host}`, {status, after: retryAfter(headers)});
	}
	const token = status === 200 ? tokenIn(text) : undefined;
	return token === undefined ? undefined : `Bearer ${token}`;
}

interface Wanted {
	readonly scopes: readonly string[];
	readonly service: string | undefined;
}

/** https://distribution.github.io/distribution/spec/auth/token/ */
function ask(realm: URL, login: Login | undefined, {scopes, service}: Wanted): Call {
	const url = new URL(realm);
	const authorization = login && basicHeader(login);
	if (service !== undefined) url.searchParams.set('service', service);
	for (const scope of scopes) url.searchParams.append('scope', scope);
	return {url, method: 'GET', headers: {accept: 'application/json', ...(authorization ? {authorization} : {})}};
}

/** https://distribution.github.io/distribution/spec/auth/oauth/ */
function exchange(url: URL, login: {readonly identityToken: string}, {scopes, service = ''}: Wanted): Call {
	const form = {grant_type: 'refresh_token', service, client_id: 'strata', refresh_token: login.identityToken};
	const bytes = Buffer.from(new URLSearchParams({...form, scope: scopes.join(' ')}).toString());
	const headers = {
		accept: 'application/json',
		'content-type': 'application/x-www-form-urlencoded',
		'content-length': String(bytes.byteLength),
	};
	return {url, method: 'POST', headers, body: () => inOnePiece(bytes), isSecret: true};
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
