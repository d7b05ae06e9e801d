import test, {type ExecutionContext} from 'ava';
import {collect} from '../../lib/bytes.ts';
import {RegistryError} from '../../lib/errors.ts';
import type {Retry} from '../../lib/http/attempts.ts';
import type {BlobSource} from '../../lib/oci/blobs.ts';
import {copy} from '../../lib/oci/copy.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import {parseReference, type Reference} from '../../lib/oci/reference.ts';
import {verify} from '../../lib/oci/verify.ts';
import {registrySink, type SinkOptions} from '../../lib/registry/sink.ts';
import {registrySource} from '../../lib/registry/source.ts';
import type {TransferProgress} from '../../lib/registry/transfer.ts';
import {first, type Intercept, status} from '../helpers/fake-registry.ts';
import {imageOf, indexOf, type TestImage} from '../helpers/image.ts';
import {pushRegistry} from '../helpers/push-registry.ts';
import {startRegistry} from '../helpers/registry.ts';

const image = imageOf('linux/amd64', [Buffer.alloc(300_000, 'lowest'), 'highest']);
const both = indexOf({'linux/amd64': image, 'linux/arm64': imageOf('linux/arm64', ['highest', 'arm64'])});
const [lowest = image.root] = image.layers;
const content = image.blobs.get(lowest.digest)?.bytes ?? Buffer.alloc(0);

function reference(name: string): Reference {
	const parsed = parseReference(name);
	if (!parsed) throw new Error(`${name} is no reference`);
	return parsed;
}

/** A place that has an image, its blobs in pieces of 16 KiB. */
function sourceOf({blobs}: TestImage): BlobSource {
	return {
		has: digest => blobs.has(digest),
		async *open(descriptor) {
			const bytes = blobs.get(descriptor.digest)?.bytes ?? Buffer.alloc(0);
			const pieces = Array.from({length: Math.ceil(bytes.byteLength / 16_384)}, (_, at) =>
				bytes.subarray(at * 16_384, (at + 1) * 16_384),
			);
			yield* verify(descriptor, each(pieces));
		},
	};
}

async function* each(pieces: readonly Buffer[]) {
	yield* pieces;
}

function push(name: string, what: TestImage = image, options: SinkOptions = {}): Promise<void> {
	return copy(what.root, sourceOf(what), registrySink(reference(name), {backoff: 1, env: {}, ...options}));
}

/** Only the layer that takes several pieces. */
const large: TestImage = {...image, root: lowest, blobs: image.blobs};

async function pushLarge(host: string, options: SinkOptions = {}): Promise<void> {
	const sink = registrySink(reference(`${host}/app`), {backoff: 1, env: {}, ...options});
	await sink.take(lowest, sourceOf(large), new AbortController().signal);
}

const failing = async (t: ExecutionContext, work: Promise<unknown>) => {
	const error = await t.throwsAsync(work, {instanceOf: RegistryError});
	return error ?? new Error('it did not fail');
};

test('a real registry has what was pushed to it, index and children, by tag and by digest', async t => {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());

	await push(`${registry.host}/team/app:1.4`, both);
	await push(`${registry.host}/team/app@${both.root.digest}`, both);

	const pushed = registrySource(reference(`${registry.host}/team/app:1.4`), {env: {}});
	t.deepEqual((await pushed.resolve()).descriptor, both.root);
	t.deepEqual(await collect(pushed.open(image.root)), image.blobs.get(image.root.digest)?.bytes);
	t.deepEqual(await collect(pushed.open(lowest)), content);
});

test('a real registry mounts what another repository of it has', async t => {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	await push(`${registry.host}/base`);
	const progress: TransferProgress[] = [];
	const onTransfer = (one: TransferProgress) => progress.push(one);

	await push(`${registry.host}/team/app`, image, {onTransfer, originOf: async () => 'base'});

	t.deepEqual(new Set(progress.filter(({kind}) => kind !== 'manifest').map(({state}) => state)), new Set(['present']));
	t.true(await registrySource(reference(`${registry.host}/team/app`), {env: {}}).has(lowest.digest));
});

test('blobs go before the manifests that name them, and what is there is not sent', async t => {
	const {host, requests, manifests} = await pushRegistry(t);
	await push(`${host}/app:1`, both);
	const put = requests.filter(request => request.startsWith('PUT'));
	const isManifest = (request: string) => request.includes('/manifests/');
	t.deepEqual(
		put.slice(put.findIndex(isManifest)).filter(request => !isManifest(request)),
		[],
	);
	t.is(put.at(-1), 'PUT /v2/app/manifests/1');
	t.is(manifests.get('app:1')?.mediaType, both.root.mediaType);
	requests.length = 0;

	await push(`${host}/app:2`, both);

	t.deepEqual(
		requests.filter(request => !request.startsWith('HEAD')),
		['PUT /v2/app/manifests/2'],
	);
});

test('a blob is sent in one request', async t => {
	const {host, requests, blobs} = await pushRegistry(t);

	await pushLarge(host);

	t.deepEqual(requests, [
		`HEAD /v2/app/blobs/${lowest.digest}`,
		'POST /v2/app/blobs/uploads/',
		`PUT /v2/app/blobs/uploads/N?digest=${encodeURIComponent(lowest.digest)}`,
	]);
	t.deepEqual(blobs.get(`app@${lowest.digest}`), content);
});

test('after a break it goes on from where the registry has it', async t => {
	const reasons: string[] = [];
	const {host, requests, blobs} = await pushRegistry(t, cutAfter(100_000));

	await pushLarge(host, {onTransfer: ({state, reason}) => state === 'retry' && reasons.push(reason ?? '')});

	t.deepEqual(requests.slice(2), [
		`PUT /v2/app/blobs/uploads/N?digest=${encodeURIComponent(lowest.digest)}`,
		'GET /v2/app/blobs/uploads/N',
		'PATCH /v2/app/blobs/uploads/N',
		`PUT /v2/app/blobs/uploads/N?digest=${encodeURIComponent(lowest.digest)}`,
	]);
	t.deepEqual(blobs.get(`app@${lowest.digest}`), content);
	t.is(reasons.length, 1);
});

test('an upload that the registry no longer knows begins anew', async t => {
	const lose = first(1, /uploads\/\d/, status(404));
	const {host, requests, blobs} = await pushRegistry(t, lose);

	await pushLarge(host);

	t.is(requests.filter(request => request.startsWith('POST')).length, 2);
	t.deepEqual(blobs.get(`app@${lowest.digest}`), content);
});

test('a registry that has another part than was thought says so by 416, and is asked which', async t => {
	let asked = 0;
	const cut = cutAfter(100_000);
	const {host, uploads, blobs} = await pushRegistry(t, (request, response) => {
		if (request.method === 'PATCH' && asked++ === 0) uploads.set('1', content.subarray(0, 50_000));
		return cut(request, response);
	});

	await pushLarge(host);

	t.is(asked, 2);
	t.deepEqual(blobs.get(`app@${lowest.digest}`), content);
});

test('what is too large for one request is sent in parts', async t => {
	const {host, requests, blobs} = await pushRegistry(t, (request, response) => {
		if (Number(request.headers['content-length'] ?? 0) <= 1 << 20) return false;
		response.writeHead(413, {connection: 'close'}).end();
		return true;
	});
	const big = imageOf('linux/amd64', [Buffer.alloc(2_500_000, 'big')]);
	const [layer = big.root] = big.layers;

	await registrySink(reference(`${host}/app`), {backoff: 1, env: {}}).take(
		layer,
		sourceOf(big),
		new AbortController().signal,
	);

	t.is(requests.filter(request => request.startsWith('PATCH')).length, 3);
	t.deepEqual(blobs.get(`app@${layer.digest}`), big.blobs.get(layer.digest)?.bytes);
});

const large8 = imageOf('linux/amd64', [Buffer.alloc(8 << 20, 'large')]);
const [layer8 = large8.root] = large8.layers;

/** Pushes the layer of eight mebibytes alone. */
async function push8(host: string, from: BlobSource = sourceOf(large8), options: SinkOptions = {}): Promise<void> {
	const sink = registrySink(reference(`${host}/app`), {backoff: 1, env: {}, ...options});
	await sink.take(layer8, from, new AbortController().signal);
}

test('an upload that breaks off again and again goes on as long as it gets further', async t => {
	const {host, requests, blobs} = await pushRegistry(t, request => {
		let received = 0;
		request.on('data', (chunk: Buffer) => {
			received += chunk.byteLength;
			if (received >= 5 << 18) request.socket.destroy();
		});
		return false;
	});

	await push8(host);

	t.true(requests.filter(request => request.startsWith('PATCH')).length > 4);
	t.deepEqual(blobs.get(`app@${layer8.digest}`), large8.blobs.get(layer8.digest)?.bytes);
});

for (const range of ['0-0', '0-99', '0-99999999']) {
	test(`a registry that says ${range} whatever it is sent is given up`, async t => {
		const {host, requests} = await pushRegistry(t, (request, response) => {
			const isLarge = Number(request.headers['content-length'] ?? 0) > 1 << 20;
			if (!isLarge && request.method !== 'PATCH') return false;
			const headers = {location: request.url ?? '', range, connection: 'close'};
			request.resume().on('end', () => response.writeHead(isLarge ? 413 : 202, headers).end());
			return true;
		});

		const error = await failing(t, push8(host));

		t.is(error.message, `${host} answers 202 for app`);
		t.regex((error as RegistryError).notes[1] ?? '', /^of the bytes up to \d+ it has those up to \d+$/);
		t.true(requests.length < 100);
	});
}

test('whatever comes of a push, what it read from is let go', async t => {
	const open = {count: 0};
	const counted: BlobSource = {
		...sourceOf(large8),
		async *open(descriptor) {
			open.count += 1;
			try {
				yield* sourceOf(large8).open(descriptor);
			} finally {
				open.count -= 1;
			}
		},
	};
	const good = await pushRegistry(t);
	const bad = await pushRegistry(t, (request, response) => {
		if (request.method !== 'PUT') return false;
		response.writeHead(400, {connection: 'close'}).end();
		return true;
	});

	await push8(good.host, counted);
	t.is(open.count, 0);
	await failing(t, push8(bad.host, counted));
	t.is(open.count, 0);
});

test('what cannot be read is not counted as a fault of where it goes', async t => {
	const refused = Object.assign(new Error('connect'), {code: 'ECONNREFUSED'});
	const unreachable = new RegistryError('REGISTRY_UNREACHABLE', 'cannot reach registry other', {cause: refused});
	const broken: BlobSource = {
		...sourceOf(large8),
		async *open(descriptor) {
			for await (const chunk of sourceOf(large8).open(descriptor)) {
				yield chunk;
				throw unreachable;
			}
		},
	};
	const {host, requests} = await pushRegistry(t);

	t.is(await failing(t, push8(host, broken)), unreachable);
	t.is(requests.filter(request => request.startsWith('POST')).length, 1);
});

test('a registry may take its time over a large blob before it answers', async t => {
	const {host} = await pushRegistry(t, (request, response) => {
		if (request.method !== 'PUT') return false;
		request.resume().on('end', () => setTimeout(() => response.writeHead(201).end(), 2500));
		return true;
	});

	await t.notThrowsAsync(push8(host, sourceOf(large8), {patience: 1000}));
});

test('429 is waited for as long as the registry asks', async t => {
	const retries: Pick<Retry, 'reason' | 'delay'>[] = [];
	const {host} = await pushRegistry(t, first(1, /uploads/, status(429, {'retry-after': '1'})));

	await pushLarge(host, {
		onTransfer: ({state, reason = '', delay = 0}) => state === 'retry' && retries.push({reason, delay}),
	});

	t.deepEqual(retries[0], {reason: `429 from ${host}`, delay: 1000});
});

test('a registry that cannot be brought to take a blob is given up, and says why', async t => {
	const {host} = await pushRegistry(t, first(100, /uploads/, status(500)));

	t.is((await failing(t, pushLarge(host))).message, `${host} answers 500 for app`);
});

test('a wish to mount that is refused is no reason to give up', async t => {
	const {host, blobs} = await pushRegistry(t, first(1, /mount=/, status(403)));

	await pushLarge(host, {originOf: async () => 'base'});

	t.deepEqual(blobs.get(`app@${lowest.digest}`), content);
});

test('what a mount wanted besides, and did not get, is not asked for again', async t => {
	let [tokens, uses] = [0, 0];
	const {host, blobs} = await pushRegistry(t, ({url = '', headers}, response) => {
		if (url.startsWith('/token')) {
			const isAllowed = !url.includes('base');
			if (isAllowed) [tokens, uses] = [tokens + 1, 0];
			response.writeHead(isAllowed ? 200 : 403).end(`{"token":"token-${tokens}"}`);
			return true;
		}
		uses += 1;
		const isMount = url.includes('mount=');
		if (headers.authorization === `Bearer token-${tokens}` && uses <= 3 && !isMount) return false;
		const scope = `repository:app:pull,push${isMount ? ' repository:base:pull' : ''}`;
		response.writeHead(401, {'www-authenticate': `Bearer realm="http://${headers.host}/token",scope="${scope}"`}).end();
		return true;
	});

	await push(`${host}/app:1`, image, {originOf: async () => 'base'});

	t.deepEqual(blobs.get(`app@${lowest.digest}`), content);
	t.true(tokens > 1);
});

test('a refusal is told in the words of the registry', async t => {
	const {host} = await pushRegistry(t, (request, response) => {
		if (request.method !== 'PUT' || !request.url?.includes('/manifests/')) return false;
		response.writeHead(400).end('{"errors":[{"code":"TAG_IMMUTABLE","message":"tag 1 is immutable"}]}');
		return true;
	});

	const error = await failing(t, push(`${host}/app:1`));

	t.like(error, {
		message: `${host} answers 400 for app`,
		notes: ['it says: tag 1 is immutable'],
		help: ['try again later, or look at what the registry allows for this name'],
	});
});

test('a registry that changes the manifest is not believed', async t => {
	const {host} = await pushRegistry(t, (request, response) => {
		if (request.method !== 'PUT' || !request.url?.includes('/manifests/')) return false;
		response.writeHead(201, {'docker-content-digest': digestOf('other')}).end();
		return true;
	});

	t.like(await failing(t, push(`${host}/app:1`)), {code: 'DIGEST_MISMATCH'});
});

test('an upload that is sent to another host goes there without credentials', async t => {
	const seen: (string | undefined)[] = [];
	const elsewhere = await pushRegistry(t, ({headers}) => {
		seen.push(headers.authorization);
		return false;
	});
	const {host} = await pushRegistry(t, ({url, method, headers}, response) => {
		if (url?.startsWith('/token')) {
			response.end('{"token":"t"}');
			return true;
		}
		if (headers.authorization !== 'Bearer t') {
			response.writeHead(401, {'www-authenticate': `Bearer realm="http://${headers.host}/token"`}).end();
			return true;
		}
		if (method !== 'POST') return false;
		elsewhere.uploads.set('9', Buffer.alloc(0));
		response.writeHead(202, {location: `http://${elsewhere.host}/v2/app/blobs/uploads/9`}).end();
		return true;
	});
	await pushLarge(host);

	t.deepEqual(elsewhere.blobs.get(`app@${lowest.digest}`), content);
	t.deepEqual(seen, [undefined]);
});

test('a token that expires while something is pushed is fetched anew, and what was to be sent is sent again', async t => {
	let [tokens, uses] = [0, 0];
	const {host, blobs, requests} = await pushRegistry(t, ({url, headers}, response) => {
		if (url?.startsWith('/token')) {
			[tokens, uses] = [tokens + 1, 0];
			response.end(JSON.stringify({token: `token-${tokens}`}));
			return true;
		}
		uses += 1;
		if (headers.authorization === `Bearer token-${tokens}` && uses <= 6) return false;
		const scope = 'repository:app:pull';
		response.writeHead(401, {'www-authenticate': `Bearer realm="http://${headers.host}/token",scope="${scope}"`}).end();
		return true;
	});

	await push(`${host}/app`);

	t.deepEqual(blobs.get(`app@${lowest.digest}`), content);
	t.true(tokens > 1);
	t.true(requests.some(request => request === 'GET /token?scope=repository%3Aapp%3Apull%2Cpush'));
});

test('a push can be stopped', async t => {
	const stop = new AbortController();
	const reason = new Error('enough');
	const {host} = await pushRegistry(t, ({method}) => {
		if (method !== 'PUT') return false;
		setTimeout(() => stop.abort(reason), 20);
		return true;
	});
	const sink = registrySink(reference(`${host}/app`), {env: {}});

	t.is(await t.throwsAsync(copy(image.root, sourceOf(image), sink, stop.signal)), reason);
});

/** Cuts the connection of the first upload once the registry has so many bytes of it. */
function cutAfter(bytes: number): Intercept {
	let left = 1;
	return request => {
		if (request.method !== 'PUT' || left-- <= 0) return false;
		let received = 0;
		request.on('data', (chunk: Buffer) => {
			received += chunk.byteLength;
			if (received >= bytes) request.socket.destroy();
		});
		return false;
	};
}
