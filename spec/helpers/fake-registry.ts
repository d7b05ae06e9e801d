import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {ExecutionContext} from 'ava';
import type {TestImage} from './image.ts';

/** Does something else than a good registry would; true if it answered. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean | undefined;

export interface FakeRegistry {
	/** `127.0.0.1:PORT` */
	readonly host: string;
	/** `GET /v2/app/manifests/latest`, in the order they came. */
	readonly requests: string[];
	/** The Authorization header of each request. */
	readonly authorizations: (string | undefined)[];
}

/** A registry of one image, whatever its name, that may be told to lie. */
export async function fakeRegistry(
	t: ExecutionContext,
	image: TestImage,
	intercept: Intercept = () => false,
): Promise<FakeRegistry> {
	const requests: string[] = [];
	const authorizations: (string | undefined)[] = [];
	const host = await serve(t, (request, response) => {
		requests.push(`${request.method} ${request.url}`);
		authorizations.push(request.headers.authorization);
		if (!intercept(request, response)) answer(image, request, response);
	});
	return {host, requests, authorizations};
}

/** An HTTP server on loopback, gone after the test; its host and port. */
export async function serve(
	t: ExecutionContext,
	handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
	// a machine that is busy for seconds must not lose its connections
	const server = createServer({keepAliveTimeout: 60_000}, handler).listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What a good registry says: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull */
export function answer({root, blobs}: TestImage, request: IncomingMessage, response: ServerResponse): void {
	const [, kind, version = ''] = /\/(manifests|blobs)\/([^/]+)$/.exec(request.url ?? '') ?? [];
	const digest = kind === 'manifests' && !version.includes(':') ? root.digest : version;
	const blob = blobs.get(digest);
	if (!blob) {
		response.writeHead(404, {'content-type': 'application/json'}).end('{"errors":[{"message":"unknown"}]}');
		return;
	}
	const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
	const end = blob.bytes.byteLength - 1;
	response.writeHead(start > 0 ? 206 : 200, {
		'content-type': kind === 'manifests' ? blob.mediaType : 'application/octet-stream',
		'content-length': blob.bytes.byteLength - start,
		'docker-content-digest': digest,
		...(start > 0 ? {'content-range': `bytes ${start}-${end}/${end + 1}`} : {}),
	});
	response.end(request.method === 'HEAD' ? undefined : blob.bytes.subarray(start));
}

/** Answers the first `count` requests for which `path` holds by `act`. */
export function first(count: number, path: RegExp, act: Intercept): Intercept {
	let left = count;
	return (request, response) => path.test(request.url ?? '') && left-- > 0 && (act(request, response) ?? true);
}

/** Answers nothing but a status. */
export function status(code: number, headers: Record<string, string> = {}): Intercept {
	return (_, response) => {
		response.writeHead(code, headers).end();
		return true;
	};
}

/** A registry that wants a token, and gives a new one each time it is asked. `act` sees what has a good token. */
export async function tokenRegistry(
	t: ExecutionContext,
	image: TestImage,
	act: Intercept = () => false,
): Promise<FakeRegistry> {
	let tokens = 0;
	return fakeRegistry(t, image, (request, response) => {
		const {url = '', headers} = request;
		if (url.startsWith('/token')) {
			tokens++;
			response.end(JSON.stringify({token: `token-${tokens}`, expires_in: 300}));
			return true;
		}
		if (headers.authorization === `Bearer token-${tokens}` && tokens > 0) return act(request, response);
		const challenge = `Bearer realm="http://${headers.host}/token?a=b",service="registry",scope="repository:team/app:pull"`;
		response.writeHead(401, {'www-authenticate': challenge}).end();
		return true;
	});
}
