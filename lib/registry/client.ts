import {PassingError, type RetryOptions, retried, retryAfter} from '../http/attempts.ts';
import type {ProxyEnvironment} from '../http/proxy.ts';
import {insecurity, reasonOf} from '../http/reason.ts';
import type {Call} from '../http/request.ts';
import {type Answer, textOf, transport} from '../http/transport.ts';
import type {Reference} from '../oci/reference.ts';
import type {RegistryAccess} from './access.ts';
import {loginFor} from './credentials.ts';
import {endpointOf} from './endpoint.ts';
import {clearText, connectionError, gaveUp, loginRefused, unexpected, wantsLogin} from './errors.ts';
import {loginFiles} from './login-files.ts';
import {withToken} from './token.ts';

export interface RegistryOptions extends RetryOptions, RegistryAccess {
	/** Milliseconds without a byte after which a connection counts as broken; ten times as many for the answer to a large blob. Default: 60000. */
	readonly patience?: number;
	/** Where proxies and the files with logins are named. Default: the environment of the process. */
	readonly env?: ProxyEnvironment;
}

/** A request to one repository; `path` is below `/v2/NAME/`, or what the registry itself gave as an address. */
export interface RepositoryCall extends Pick<Call, 'method' | 'body' | 'takesLong' | 'signal'> {
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	/** Statuses that are answers too. */
	readonly passing?: readonly number[];
}

/** What is to be done with a repository. */
export type Deed = 'pull' | 'push' | 'login';

/** A repository of a registry. https://github.com/opencontainers/distribution-spec/blob/main/spec.md */
export interface Repository {
	readonly url: URL;
	/** One attempt. Answers 2xx, 404, 416 and what is `passing`; anything else rejects, with a PassingError where another try may help. */
	send(call: RepositoryCall): Promise<Answer>;
	/** Does what sends calls until it succeeds, the attempts are used up, or it cannot. */
	retried<T>(action: () => Promise<T>): Promise<T>;
}

/** The repository that `reference` names. Asks nothing yet. */
export function repositoryOf(reference: Reference, options: RegistryOptions, deed: Deed = 'pull'): Repository {
	const env = loginEnvironment(options);
	const {url: base, fallback, tls} = endpointOf(reference.registry, options, env);
	const below = (origin: URL) => new URL(`/v2/${reference.repository}/`, origin);
	const url = below(base);
	/** Where something answered: there it is, and nowhere else. */
	let settled: URL | undefined;

	const login = once(async () => options.login ?? (await loginFor(reference, env)));
	const anyone = transport(env, options.patience ?? 60_000, tls);
	let withheldFrom: string | undefined;
	const onWithheld = ({host}: URL) => {
		// a login that is not tried is not known to be one
		if (deed === 'login') throw clearText(reference, host);
		withheldFrom = host;
	};
	const known = withToken(anyone, {scope: scopeOf(reference, deed), login, onWithheld});

	const attempt = async (call: Omit<RepositoryCall, 'passing'>, origin = settled ?? url): Promise<Answer> => {
		const {path, headers = {}, signal = options.signal, ...rest} = call;
		const target = new URL(path, origin);
		// credentials are for the host that they were meant for
		const send = target.origin === origin.origin ? known : anyone;
		// encodings would be undone on the way, and digests are over what is stored
		const plain = {'accept-encoding': 'identity', ...headers};
		try {
			const answer = await send({...rest, url: target, headers: plain, ...(signal ? {signal} : {})});
			settled ??= origin;
			return answer;
		} catch (error) {
			signal?.throwIfAborted();
			const other = settled ?? (fallback && below(fallback));
			// what is an address of the registry's own is where it is, and nowhere else
			const isMovable = other !== undefined && new URL(path, other).origin !== target.origin;
			if (!isMovable || !speaksNoTls(error)) throw connectionError(error, reference);
			return attempt(call, other);
		}
	};
	return {
		url,
		async send({passing = [], ...call}) {
			const answer = await attempt(call);
			if (isAnswer(answer.status) || passing.includes(answer.status)) return answer;
			const without = async () => ((await login()) ? undefined : loginFiles(env));
			throw await failure(answer, {reference, deed, without, withheldFrom});
		},
		retried: action => retried(action, options, gaveUp(reference, url)),
	};
}

/** https://distribution.github.io/distribution/spec/auth/scope/ */
function scopeOf({repository}: Reference, deed: Deed): string {
	if (deed === 'login') return '';
	return `repository:${repository}:${deed === 'push' ? 'pull,push' : 'pull'}`;
}

/** Where proxies and logins are looked up. */
export function loginEnvironment({env = process.env, authFile}: RegistryOptions): ProxyEnvironment {
	return authFile === undefined ? env : {...env, REGISTRY_AUTH_FILE: authFile};
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
	let result: Promise<T> | undefined;
	return () => {
		result ??= work();
		return result;
	};
}

/** Whether what listens there, if anything does, cannot be spoken to by https. */
function speaksNoTls(error: unknown): boolean {
	return insecurity(error) === 'it does not speak https' || reasonOf(error) === 'connection refused';
}

function isAnswer(status: number): boolean {
	return (status >= 200 && status < 300) || status === 404 || status === 416;
}

interface Asked {
	readonly reference: Reference;
	readonly deed: Deed;
	/** Where no login was found, if none was. */
	readonly without: () => Promise<readonly string[] | undefined>;
	/** Who was not shown the login because it would have gone in clear text. */
	readonly withheldFrom: string | undefined;
}

async function failure(answer: Answer, {reference, deed, without, withheldFrom}: Asked): Promise<Error> {
	const {status, headers, url} = answer;
	const said = messageIn(await textOf(answer));
	if (status === 408 || status === 429 || status >= 500) {
		return new PassingError(`${status} from ${url.host}`, {status, after: retryAfter(headers)});
	}
	if (status === 401 || status === 403) {
		if (deed === 'login') return loginRefused(reference, said);
		return wantsLogin(reference, {status, said, without: await without(), withheldFrom});
	}
	return unexpected(reference, {status, said, deed});
}

/** What the first error of an answer says of itself. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
function messageIn(text: string): string | undefined {
	try {
		const {errors}: {errors?: readonly {message?: unknown; code?: unknown}[]} = JSON.parse(text);
		const said = errors?.[0]?.message || errors?.[0]?.code;
		return typeof said === 'string' ? said.slice(0, 200) : undefined;
	} catch {
		return undefined;
	}
}
