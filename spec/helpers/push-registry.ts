import {once} from 'node:events';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {createServer} from 'node:https';
import type {AddressInfo} from 'node:net';
import type {ExecutionContext} from 'ava';
import {digestOf} from '../../lib/oci/digest.ts';
import {makeCertificate} from './certificates.ts';
import {type Intercept, serve} from './fake-registry.ts';
import {folderFor} from './folder.ts';

/** A registry in memory that takes pushes, resumes uploads that broke off, and may be told to misbehave. */
export interface PushRegistry {
	/** `127.0.0.1:PORT` */
	readonly host: string;
	/** `POST /v2/app/blobs/uploads/`, in the order they came, numbers of uploads left out. */
	readonly requests: string[];
	/** By `REPOSITORY@DIGEST`. */
	readonly blobs: Map<string, Buffer>;
	/** By `REPOSITORY:TAG` and `REPOSITORY@DIGEST`. */
	readonly manifests: Map<string, {readonly mediaType: string; readonly bytes: Buffer}>;
	/** What each open upload has. */
	readonly uploads: Map<string, Buffer>;
}

export async function pushRegistry(t: ExecutionContext, intercept: Intercept = () => false): Promise<PushRegistry> {
	const state = emptyState();
	const host = await serve(t, (request, response) => {
		state.requests.push(`${request.method} ${request.url?.replace(/uploads\/\d+/, 'uploads/N')}`);
		if (!intercept(request, response)) void answer(state, request, response);
	});
	return {host, ...state};
}

/** The same by https, with a certificate that nobody trusts. */
export async function securePushRegistry(t: ExecutionContext): Promise<PushRegistry> {
	const state = emptyState();
	const certificate = makeCertificate(await folderFor(t), 'server');
	const server = createServer(certificate, (request, response) => void answer(state, request, response));
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	return {host: `127.0.0.1:${(server.address() as AddressInfo).port}`, ...state};
}

function emptyState(): State {
	return {requests: [], blobs: new Map(), manifests: new Map(), uploads: new Map()};
}

type State = Omit<PushRegistry, 'host'>;

async function answer(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
	const url = new URL(request.url ?? '/', 'http://registry');
	const [, repository = '', kind = '', version = ''] =
		/^\/v2\/(.+?)\/(manifests|blobs\/uploads|blobs)\/(.*)$/.exec(url.pathname) ?? [];
	if (kind === 'manifests') await answerManifest(state, {request, response, repository, version});
	else if (kind === 'blobs') answerBlob(state, {request, response, repository, version});
	else await answerUpload(state, {request, response, repository, version, query: url.searchParams});
}

interface Asked {
	readonly request: IncomingMessage;
	readonly response: ServerResponse;
	readonly repository: string;
	readonly version: string;
}

function answerBlob({blobs}: State, {request, response, repository, version}: Asked): void {
	const bytes = blobs.get(`${repository}@${version}`);
	if (!bytes) response.writeHead(404).end();
	else response.writeHead(200, {'content-length': bytes.byteLength}).end(request.method === 'HEAD' ? '' : bytes);
}

async function answerManifest({manifests}: State, {request, response, repository, version}: Asked): Promise<void> {
	const mark = version.includes(':') ? '@' : ':';
	if (request.method === 'PUT') {
		const bytes = await bodyOf(request);
		const manifest = {mediaType: request.headers['content-type'] ?? '', bytes};
		manifests.set(`${repository}${mark}${version}`, manifest).set(`${repository}@${digestOf(bytes)}`, manifest);
		response.writeHead(201, {'docker-content-digest': digestOf(bytes)}).end();
		return;
	}
	const found = manifests.get(`${repository}${mark}${version}`);
	if (!found) response.writeHead(404).end();
	else {
		const headers = {'content-type': found.mediaType, 'content-length': found.bytes.byteLength};
		response.writeHead(200, headers).end(request.method === 'HEAD' ? '' : found.bytes);
	}
}

async function answerUpload(
	{blobs, uploads}: State,
	{request, response, repository, version, query}: Asked & {readonly query: URLSearchParams},
): Promise<void> {
	const location = (id: string) => ({location: `/v2/${repository}/blobs/uploads/${id}`, 'content-length': 0});
	const [digest, from] = [query.get('mount'), query.get('from')];
	const mountable = blobs.get(`${from}@${digest}`);
	if (mountable) {
		blobs.set(`${repository}@${digest}`, mountable);
		response.writeHead(201).end();
		return;
	}
	if (request.method === 'POST') {
		const id = String(uploads.size + 1);
		uploads.set(id, Buffer.alloc(0));
		response.writeHead(202, location(id)).end();
		return;
	}
	const before = uploads.get(version);
	if (!before) return void response.writeHead(404).end();
	if (request.method === 'GET')
		return void response.writeHead(204, {...location(version), range: rangeOf(before)}).end();
	const start = /^(\d+)-/.exec(request.headers['content-range'] ?? '')?.[1];
	if (start !== undefined && Number(start) !== before.byteLength) {
		return void response.writeHead(416, {...location(version), range: rangeOf(before)}).end();
	}
	const after = Buffer.concat([before, await bodyOf(request)]);
	uploads.set(version, after);
	if (!request.complete) return;
	if (request.method === 'PATCH')
		return void response.writeHead(202, {...location(version), range: rangeOf(after)}).end();
	uploads.delete(version);
	if (digestOf(after) !== query.get('digest')) {
		return void response.writeHead(400).end('{"errors":[{"code":"DIGEST_INVALID","message":"digest invalid"}]}');
	}
	blobs.set(`${repository}@${digestOf(after)}`, after);
	response.writeHead(201).end();
}

function rangeOf({byteLength}: Buffer): string {
	return `0-${Math.max(0, byteLength - 1)}`;
}

/** What came of a body, also if it broke off. */
async function bodyOf(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	try {
		for await (const chunk of request) chunks.push(chunk as Buffer);
	} catch {
		// what came is what counts
	}
	return Buffer.concat(chunks);
}
