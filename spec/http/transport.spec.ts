import {once} from 'node:events';
import {type AddressInfo, createServer} from 'node:net';
import test from 'ava';
import {collect} from '../../lib/bytes.ts';
import {RegistryError} from '../../lib/errors.ts';
import type {Retry} from '../../lib/http/attempts.ts';
import type {RegistryOptions} from '../../lib/registry/client.ts';
import {registrySource} from '../../lib/registry/source.ts';
import {answer, fakeRegistry, first, serve, status, tokenRegistry} from '../helpers/fake-registry.ts';
import {imageOf} from '../helpers/image.ts';
import {reference} from '../helpers/reference.ts';

const image = imageOf('linux/amd64', [Buffer.alloc(200_000, 'lowest'), 'highest']);
const [lowest = image.root] = image.layers;
const {size} = lowest;
const content = image.blobs.get(lowest.digest)?.bytes ?? Buffer.alloc(0);

function source(host: string, options: RegistryOptions = {}) {
	return registrySource(reference(`${host}/team/app:1`), {backoff: 1, env: {}, ...options});
}

test('a redirect to another host is followed without credentials', async t => {
	const authorizations: (string | undefined)[] = [];
	const elsewhere = await serve(t, (request, response) => {
		authorizations.push(request.headers.authorization);
		answer(image, request, response);
	});
	const registry = await tokenRegistry(t, image, (request, response) => {
		if (!request.url?.includes('/blobs/')) return false;
		response.writeHead(307, {location: `http://${elsewhere}${request.url}`}).end();
		return true;
	});

	t.deepEqual(await collect(source(registry.host).open(lowest)), content);
	t.deepEqual(authorizations, [undefined]);
	t.true(registry.authorizations.includes('Bearer token-1'));
});

test('a redirect on the same host keeps them', async t => {
	const registry = await tokenRegistry(t, image, (request, response) => {
		if (!request.url?.startsWith('/v2/team/app/blobs/')) return false;
		response.writeHead(302, {location: request.url.replace('/team/app', '/moved')}).end();
		return true;
	});

	t.deepEqual(await collect(source(registry.host).open(lowest)), content);
	t.is(registry.authorizations.at(-1), 'Bearer token-1');
});

test('redirects in a circle are left', async t => {
	const {host, requests} = await fakeRegistry(t, image, (request, response) => {
		response.writeHead(302, {location: request.url ?? '/'}).end();
		return true;
	});

	const error = await t.throwsAsync(source(host).resolve(), {instanceOf: RegistryError});

	t.is(error.message, `${host} answers 302 for team/app`);
	t.is(requests.length, 11);
});

for (const location of ['http://', 'ftp://example.com/a', 'file:///etc/passwd']) {
	test(`a redirect to ${location} is not followed`, async t => {
		const {host} = await fakeRegistry(t, image, status(302, {location}));

		const error = await t.throwsAsync(source(host).resolve(), {instanceOf: RegistryError});

		t.is(error.message, `${host} answers 302 for team/app`);
	});
}

test('a server that speaks no HTTP is told', async t => {
	const server = createServer(socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n')).listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.teardown(() => server.close());
	const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

	const error = await t.throwsAsync(source(host).resolve(), {instanceOf: RegistryError});

	t.is(error.message, `cannot reach registry ${host}: it does not speak HTTP`);
});

for (const kind of ['silent', 'stalled'] as const) {
	test(`a ${kind} server can be left by the signal`, async t => {
		const stop = new AbortController();
		const reason = new Error('enough');
		const {host} = await fakeRegistry(t, image, (_, response) => {
			if (kind === 'stalled') response.writeHead(200, {'content-length': size}).write(content.subarray(0, 10));
			setTimeout(() => stop.abort(reason), 20);
			return true;
		});

		t.is(await t.throwsAsync(collect(source(host, {signal: stop.signal}).open(lowest))), reason);
	});

	test(`a ${kind} server is asked again when patience ends`, async t => {
		const intercept = first(1, /blobs/, (_, response) => {
			if (kind === 'stalled') response.writeHead(200, {'content-length': size}).write(content.subarray(0, 10));
			return true;
		});
		const {host} = await fakeRegistry(t, image, intercept);
		const reasons: string[] = [];
		const onRetry = ({reason}: Retry) => reasons.push(reason);

		t.deepEqual(await collect(source(host, {patience: 500, onRetry}).open(lowest)), content);
		t.is(reasons[0], kind === 'stalled' ? 'no more bytes came' : 'no answer');
	});
}

test('a pause can be left by the signal', async t => {
	const stop = new AbortController();
	const reason = new Error('enough');
	const {host} = await fakeRegistry(t, image, status(503));

	const pending = source(host, {backoff: 1e6, signal: stop.signal, onRetry: () => stop.abort(reason)}).resolve();

	t.is(await t.throwsAsync(pending), reason);
});

test('a reader that stops early closes the connection', async t => {
	const closed = new Promise<void>(resolve => {
		void fakeRegistry(t, image, (request, response) => {
			response.writeHead(200, {'content-length': size}).write(content.subarray(0, 10));
			request.socket.on('close', () => resolve());
			return true;
		}).then(async ({host}) => {
			for await (const _ of source(host).open(lowest)) break;
		});
	});

	await t.notThrowsAsync(closed);
});
