import {PassingError, type RetryOptions, retried, retryAfter} from '../http/attempts.ts';
import {isLoopback, type ProxyEnvironment} from '../http/proxy.ts';
import type {Call} from '../http/request.ts';
import {type Answer, textOf, transport} from '../http/transport.ts';
import type {Reference} from '../oci/reference.ts';
import {loginFiles, loginFor} from './credentials.ts';
import {connectionError, gaveUp, unexpected, wantsLogin} from './errors.ts';
import {withToken} from './token.ts';

export interface RegistryOptions extends RetryOptions {
	/** Milliseconds without a byte after which a connection counts as broken. Default: 60000. */
	readonly patience?: number;
	/** Where proxies and the files with logins are named. Default: the environment of the process. */
	readonly env?: ProxyEnvironment;
}

/** A request to one repository; `path` is below `/v2/NAME/`. */
export interface RepositoryCall extends Pick<Call, 'method' | 'signal'> {
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
}

/** A repository of a registry. https://github.com/opencontainers/distribution-spec/blob/main/spec.md */
export interface Repository {
	readonly url: URL;
	/** One attempt. Answers 2xx, 404 or 416; anything else rejects, with a PassingError where another try may help. */
	send(call: RepositoryCall): Promise<Answer>;
	/** Does what sends calls until it succeeds, the attempts are used up, or it cannot. */
	retried<T>(action: () => Promise<T>): Promise<T>;
}

/** The repository that `reference` names. Asks nothing yet. */
export function repositoryOf(reference: Reference, options: RegistryOptions): Repository {
	const url = new URL(`${endpoint(reference.registry)}/v2/${reference.repository}/`);
	const {env = process.env, patience = 60_000} = options;
	const login = () => loginFor(reference, env);
	const send = withToken(transport(env, patience), {scope: `repository:${reference.repository}:pull`, login});
	return {
		url,
		async send({path, method, headers = {}, signal = options.signal}) {
			// encodings would be undone on the way, and digests are over what is stored
			const plain = {'accept-encoding': 'identity', ...headers};
			const call = {url: new URL(path, url), method, headers: plain, ...(signal ? {signal} : {})};
			const answer = await send(call).catch(error => {
				signal?.throwIfAborted();
				throw connectionError(error, reference);
			});
			return checked(answer, reference, () => (login() === undefined ? loginFiles(env) : undefined));
		},
		retried: action => retried(action, options, gaveUp(reference, url)),
	};
}

/** Where a registry's API is. Only names that are this machine by themselves are asked without TLS. */
function endpoint(registry: string): string {
	if (registry === 'docker.io') return 'https://registry-1.docker.io';
	return `${isLoopback(new URL(`http://${registry}`).hostname) ? 'http' : 'https'}://${registry}`;
}

/** `without`: where no login was found, if none was. */
async function checked(
	answer: Answer,
	reference: Reference,
	without: () => readonly string[] | undefined,
): Promise<Answer> {
	const {status, headers, url} = answer;
	if ((status >= 200 && status < 300) || status === 404 || status === 416) return answer;
	const said = messageIn(await textOf(answer));
	if (status === 408 || status === 429 || status >= 500) {
		throw new PassingError(`${status} from ${url.host}`, {status, after: retryAfter(headers)});
	}
	throw status === 401 || status === 403
		? wantsLogin(reference, status, without())
		: unexpected(reference, status, said);
}

/** The text of the first error of an answer. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
function messageIn(text: string): string | undefined {
	try {
		const {errors}: {errors?: readonly {message?: unknown}[]} = JSON.parse(text);
		const message = errors?.[0]?.message;
		return typeof message === 'string' ? message.slice(0, 200) : undefined;
	} catch {
		return undefined;
	}
}
