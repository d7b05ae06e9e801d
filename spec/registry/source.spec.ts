import test from 'ava';
import {collect} from '../../lib/bytes.ts';
import {RegistryError} from '../../lib/errors.ts';
import type {Retry} from '../../lib/http/attempts.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import type {RegistryOptions} from '../../lib/registry/client.ts';
import {registrySource} from '../../lib/registry/source.ts';
import {fakeRegistry, first, status} from '../helpers/fake-registry.ts';
import {imageOf} from '../helpers/image.ts';
import {reference} from '../helpers/reference.ts';

const image = imageOf('linux/amd64', [Buffer.alloc(200_000, 'lowest'), 'highest']);
const [lowest = image.root] = image.layers;
const {size} = lowest;
const content = image.blobs.get(lowest.digest)?.bytes ?? Buffer.alloc(0);

function source(host: string, options: RegistryOptions = {}) {
	return registrySource(reference(`${host}/team/app:1`), {backoff: 1, env: {}, ...options});
}

test('a name stands for the manifest that the registry has', async t => {
	const {host, requests} = await fakeRegistry(t, image);

	const {descriptor, bytes} = await source(host).resolve();

	t.deepEqual(descriptor, image.root);
	t.is(digestOf(bytes), image.root.digest);
	t.deepEqual(requests, ['GET /v2/team/app/manifests/1']);
});

test('FRM-10: a digest in the name wins over the tag', async t => {
	const {host, requests} = await fakeRegistry(t, image);

	await registrySource(reference(`${host}/app:1@${image.root.digest}`)).resolve();

	t.deepEqual(requests, [`GET /v2/app/manifests/${image.root.digest}`]);
});

test('peeking costs no body, and nothing where the name has a digest', async t => {
	const {host, requests} = await fakeRegistry(t, image);

	t.is(await source(host).peek(), image.root.digest);
	t.is(await registrySource(reference(`${host}/app@${image.root.digest}`)).peek(), image.root.digest);

	t.deepEqual(requests, ['HEAD /v2/team/app/manifests/1']);
});

test('a registry has a blob or not', async t => {
	const {host} = await fakeRegistry(t, image);

	t.true(await source(host).has(lowest.digest, size));
	t.false(await source(host).has(lowest.digest, size + 1));
	t.false(await source(host).has(digestOf('other')));
});

test('a blob comes as its descriptor says', async t => {
	const {host} = await fakeRegistry(t, image);

	t.deepEqual(await collect(source(host).open(lowest)), content);
});

test('a name that the registry does not know', async t => {
	const {host} = await fakeRegistry(t, image, status(404));

	const error = await t.throwsAsync(source(host).resolve(), {instanceOf: RegistryError, code: 'IMAGE_NOT_FOUND'});

	t.is(error.message, `image not found: ${host}/team/app:1`);
	t.deepEqual(error.notes, [`${host} says 404, as it does for private images too`]);
	t.is(error.exitCode, 5);
});

test('a blob that the registry has lost', async t => {
	const {host} = await fakeRegistry(t, image, first(1, /blobs/, status(404)));

	const error = await t.throwsAsync(collect(source(host).open(lowest)), {
		instanceOf: RegistryError,
		code: 'BLOB_MISSING',
	});

	t.is(error.message, `a layer of ${host}/team/app:1 is missing in the registry`);
});

test('a login that is wanted without a way to a token', async t => {
	const {host, requests} = await fakeRegistry(t, image, status(401));

	const error = await t.throwsAsync(source(host).resolve(), {instanceOf: RegistryError, code: 'REGISTRY_LOGIN'});

	t.is(error.message, `${host} wants a login for team/app (401)`);
	t.is(requests.length, 1, 'it is not asked again');
});

test('what passes is tried again, after ever longer pauses', async t => {
	const {host} = await fakeRegistry(t, image, first(3, /manifests/, status(503)));
	const retries: Retry[] = [];

	await source(host, {onRetry: retry => retries.push(retry)}).resolve();

	const reason = `503 from ${host}`;
	t.deepEqual(retries, [
		{attempt: 1, of: 5, reason, delay: 1},
		{attempt: 2, of: 5, reason, delay: 2},
		{attempt: 3, of: 5, reason, delay: 4},
	]);
});

for (const code of [408, 429, 500, 502, 504]) {
	test(`an answer ${code} is tried five times`, async t => {
		const {host, requests} = await fakeRegistry(t, image, status(code));

		const error = await t.throwsAsync(source(host).resolve(), {instanceOf: RegistryError, code: 'REGISTRY_ANSWER'});

		t.is(requests.length, 5);
		t.regex(error.notes[0] ?? '', /^5 attempts in \d+\.\ds; http was used, as always for 127\.0\.0\.1$/);
	});
}

test('a registry that answers something else is not asked again', async t => {
	const {host, requests} = await fakeRegistry(t, image, (_, response) => {
		response.writeHead(418).end('{"errors":[{"code":"TEAPOT","message":"no coffee"}]}');
		return true;
	});

	const error = await t.throwsAsync(source(host).resolve(), {instanceOf: RegistryError, code: 'REGISTRY_ANSWER'});

	t.is(error.message, `${host} answers 418 for team/app`);
	t.deepEqual(error.notes, ['it says: no coffee']);
	t.is(requests.length, 1);
});

test('a pause that the registry asks for is kept', async t => {
	const {host} = await fakeRegistry(t, image, first(1, /manifests/, status(429, {'retry-after': '1'})));
	const retries: Retry[] = [];
	const started = performance.now();

	await source(host, {onRetry: retry => retries.push(retry)}).resolve();

	t.deepEqual(retries, [{attempt: 1, of: 5, reason: `429 from ${host}`, delay: 1000}]);
	t.true(performance.now() - started >= 990);
});

test('a pause of an hour is not waited for', async t => {
	const {host} = await fakeRegistry(t, image, status(429, {'retry-after': '3600'}));

	const error = await t.throwsAsync(source(host).resolve(), {instanceOf: RegistryError});

	t.is(error.message, `${host} allows no more requests for now (429)`);
	t.is(error.notes[0], '1 attempt; http was used, as always for 127.0.0.1');
});

test('a registry that is not there', async t => {
	const error = await t.throwsAsync(source('127.0.0.1:1').resolve(), {instanceOf: RegistryError});

	t.is(error.code, 'REGISTRY_UNREACHABLE');
	t.is(error.message, 'cannot reach registry 127.0.0.1:1: connection refused');
	t.regex(error.notes[0] ?? '', /^5 attempts in \d+\.\ds; http was used, as always for 127\.0\.0\.1$/);
	t.deepEqual(error.help, ['is it running? What is in the store needs no registry: strata images']);
});

test('a body that breaks off goes on where it stopped', async t => {
	const ranges: (string | undefined)[] = [];
	const {host} = await fakeRegistry(t, image, (request, response) => {
		if (!request.url?.includes('blobs')) return false;
		ranges.push(request.headers.range);
		if (ranges.length > 2) return false;
		const start = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
		const headers = {'content-length': size - start, 'content-range': `bytes ${start}-${size - 1}/${size}`};
		response.writeHead(start > 0 ? 206 : 200, headers);
		response.write(content.subarray(start, start + 1000), () => response.destroy());
		return true;
	});

	t.deepEqual(await collect(source(host).open(lowest)), content);
	t.deepEqual(ranges, [undefined, 'bytes=1000-', 'bytes=2000-']);
});

test('a body that breaks off begins anew where the server knows no ranges', async t => {
	let answers = 0;
	const {host} = await fakeRegistry(t, image, (_, response) => {
		answers++;
		response.writeHead(200, {'content-length': size});
		if (answers < 3) response.write(content.subarray(0, 1000 * answers), () => response.destroy());
		else response.end(content);
		return true;
	});

	t.deepEqual(await collect(source(host).open(lowest)), content);
});

test('a body that ends too early without a word counts as broken off', async t => {
	const {host, requests} = await fakeRegistry(
		t,
		image,
		first(1, /blobs/, (_, response) => {
			response.writeHead(200, {'transfer-encoding': 'chunked'}).end(content.subarray(0, 1000));
			return true;
		}),
	);

	t.deepEqual(await collect(source(host).open(lowest)), content);
	t.is(requests.length, 2);
});

test('a body that always breaks off is given up', async t => {
	const {host, requests} = await fakeRegistry(t, image, (_, response) => {
		response.writeHead(200, {'content-length': size});
		response.write(content.subarray(0, 1000), () => response.destroy());
		return true;
	});

	const error = await t.throwsAsync(collect(source(host).open(lowest)), {instanceOf: RegistryError});

	t.is(error.code, 'REGISTRY_UNREACHABLE');
	t.is(requests.length, 5);
});

test('a body that breaks off again and again goes on as long as it gets further', async t => {
	const large = imageOf('linux/amd64', [Buffer.alloc(8 << 20, 'large')]);
	const [layer = large.root] = large.layers;
	const bytes = large.blobs.get(layer.digest)?.bytes ?? Buffer.alloc(0);
	const {host, requests} = await fakeRegistry(t, large, (request, response) => {
		const start = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
		const range = `bytes ${start}-${layer.size - 1}/${layer.size}`;
		response.writeHead(start > 0 ? 206 : 200, {'content-length': layer.size - start, 'content-range': range});
		response.write(bytes.subarray(start, start + (5 << 18)), () => response.destroy());
		return true;
	});

	t.deepEqual(await collect(source(host).open(layer)), bytes);
	t.true(requests.length > 5);
});

for (const [title, isKnown] of [
	['says how much it has', true],
	['does not say how much it has', false],
] as const) {
	test(`a blob of which the registry has a part only is not what its digest says, if it ${title}`, async t => {
		const part = content.subarray(0, 1000);
		const {host} = await fakeRegistry(t, image, (request, response) => {
			if (request.headers.range) response.writeHead(416).end();
			else response.writeHead(200, isKnown ? {'content-length': 1000} : {}).end(part);
			return true;
		});

		const error = await t.throwsAsync(collect(source(host).open(lowest)), {instanceOf: RegistryError});

		t.is(error.code, 'DIGEST_MISMATCH');
		t.deepEqual(error.notes, [
			`expected ${lowest.digest}`,
			`received ${digestOf(part)}`,
			`1,000 bytes from ${host}, expected 200,000`,
		]);
	});
}

test('an answer with another part than was asked for is not taken', async t => {
	const {host} = await fakeRegistry(t, image, (request, response) => {
		const part = request.headers.range ? 206 : 200;
		response.writeHead(part, {'content-length': size, 'content-range': `bytes 5000-${size + 4999}/${size}`});
		response.write(content.subarray(0, 1000), () => response.destroy());
		return true;
	});

	const error = await t.throwsAsync(collect(source(host).open(lowest)), {instanceOf: RegistryError});

	t.is(error.message, `cannot reach registry ${host}: 206 to a request for the rest`);
});

test('a layer that was altered on its way is told with what came, and not asked for again', async t => {
	const altered = Buffer.from(content);
	altered[1000] = 0;
	const {host, requests} = await fakeRegistry(
		t,
		image,
		first(9, /blobs/, (_, response) => {
			response.end(altered);
			return true;
		}),
	);

	const error = await t.throwsAsync(collect(source(host).open(lowest)), {
		instanceOf: RegistryError,
		code: 'DIGEST_MISMATCH',
	});

	t.is(error.message, `a layer of ${host}/team/app:1 is not what its digest says; nothing of it was kept`);
	t.deepEqual(error.notes, [
		`expected ${lowest.digest}`,
		`received ${digestOf(altered)}`,
		`200,000 bytes from ${host}`,
	]);
	t.is(requests.length, 1);
});

test('a layer without an end is left', async t => {
	const {host} = await fakeRegistry(
		t,
		image,
		first(1, /blobs/, (_, response) => {
			response.end(Buffer.alloc(size + 1));
			return true;
		}),
	);

	const error = await t.throwsAsync(collect(source(host).open(lowest)), {code: 'DIGEST_MISMATCH'});

	t.deepEqual((error as RegistryError).notes, [`expected ${lowest.digest}`, `more than 200,000 bytes from ${host}`]);
});

test('a manifest that is not what the name or the registry says', async t => {
	const {host} = await fakeRegistry(
		t,
		image,
		first(1, /manifests/, (_, response) => {
			response.writeHead(200, {'docker-content-digest': image.root.digest}).end('{}');
			return true;
		}),
	);

	const error = await t.throwsAsync(source(host).resolve(), {instanceOf: RegistryError, code: 'DIGEST_MISMATCH'});

	t.regex(error.message, /^the manifest of .*\/team\/app:1 is not what its digest says; nothing of it was kept$/);
});
