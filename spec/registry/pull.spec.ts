import test, {type ExecutionContext} from 'ava';
import {RegistryError, UsageError} from '../../lib/errors.ts';
import {ociManifest} from '../../lib/oci/media-types.ts';
import {parsePlatform} from '../../lib/oci/platform.ts';
import {type ResolveOptions, resolveBase} from '../../lib/registry/pull.ts';
import type {BaseRecord, Store} from '../../lib/store/store.ts';
import {fakeRegistry, serve} from '../helpers/fake-registry.ts';
import {imageOf, indexOf, push, type TestImage} from '../helpers/image.ts';
import {memoryStore} from '../helpers/memory-store.ts';
import {startRegistry} from '../helpers/registry.ts';

const amd64 = imageOf('linux/amd64', ['lowest', 'amd64']);
const arm64 = imageOf('linux/arm64', ['lowest', 'arm64']);
const both = indexOf({'linux/amd64': amd64, 'linux/arm64': arm64});

function resolve(name: string, options: Partial<ResolveOptions> & {store: Store}, platform = 'linux/amd64') {
	return resolveBase(name, parsePlatform(platform) ?? {os: 'linux', architecture: platform}, {
		env: {},
		backoff: 1,
		...options,
	});
}

/** Puts an image into a store under a name, as a build does. */
async function keep(store: Store, image: TestImage, name: string): Promise<void> {
	for (const {mediaType, bytes} of image.blobs.values()) store.blobs.add(bytes, mediaType);
	await store.images.tag(image.root, name);
}

async function realRegistry(t: ExecutionContext): Promise<string> {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	return registry.host;
}

test('FRM-9: of an index, the image for the platform is taken', async t => {
	const host = await realRegistry(t);
	await push(host, 'team/app', {image: both, tag: '1'});
	const store = memoryStore();

	const base = await resolve(`${host}/team/app:1`, {store}, 'linux/arm64/v8');

	t.is(base.reference, `${host}/team/app:1`);
	t.is(base.resolved, both.root.digest);
	t.deepEqual(base.descriptor, arm64.root);
	t.deepEqual(base.manifest.layers, arm64.layers);
	t.is(base.config.architecture, 'arm64');
	t.deepEqual(base.config.config?.Cmd, ['sh']);
	for (const {digest} of [both.root, arm64.root, base.manifest.config]) t.true(store.blobs.has(digest));
});

test('FRM-9: an image that is no index is taken whatever its platform', async t => {
	const host = await realRegistry(t);
	await push(host, 'app', {image: arm64, tag: 'latest'});

	const base = await resolve(`${host}/app`, {store: memoryStore()}, 'linux/amd64');

	t.is(base.config.architecture, 'arm64');
	t.is(base.resolved, base.descriptor.digest);
});

test('a platform that an index lacks is told with those that it has', async t => {
	const {host} = await fakeRegistry(
		t,
		indexOf({'linux/amd64': amd64, 'linux/arm64/v8': arm64, 'unknown/unknown': amd64}),
	);

	const error = await t.throwsAsync(resolve(`${host}/redis:7`, {store: memoryStore()}, 'linux/riscv64'), {
		instanceOf: RegistryError,
		code: 'NO_PLATFORM',
	});

	t.is(error.message, `${host}/redis:7 has no image for linux/riscv64`);
	t.deepEqual(error.notes, ['it has linux/amd64, linux/arm64']);
});

test('what was asked once is not asked again', async t => {
	const {host, requests} = await fakeRegistry(t, both);
	const store = memoryStore();
	const first = await resolve(`${host}/app`, {store});
	requests.length = 0;

	const second = await resolve(`${host}/app`, {store});

	t.deepEqual(requests, []);
	t.deepEqual({...second, source: undefined}, {...first, source: undefined});
});

test('what was asked for one platform is asked again for another', async t => {
	const {host} = await fakeRegistry(t, both);
	const store = memoryStore();
	await resolve(`${host}/app`, {store}, 'linux/amd64');

	t.deepEqual((await resolve(`${host}/app`, {store}, 'linux/arm64')).descriptor, arm64.root);
});

test('CLI-8: with pull an unchanged name costs one HEAD', async t => {
	const {host, requests} = await fakeRegistry(t, both);
	const store = memoryStore();
	await resolve(`${host}/app`, {store});
	requests.length = 0;

	await resolve(`${host}/app`, {store, pull: true});

	t.deepEqual(requests, ['HEAD /v2/app/manifests/latest']);
});

test('CLI-8: with pull a name that has moved on is followed', async t => {
	const host = await realRegistry(t);
	const store = memoryStore();
	await push(host, 'app', {image: amd64, tag: 'latest'});
	await resolve(`${host}/app`, {store});
	const newer = imageOf('linux/amd64', ['lowest', 'newer']);
	await push(host, 'app', {image: newer, tag: 'latest'});

	t.is((await resolve(`${host}/app`, {store})).resolved, amd64.root.digest);
	t.is((await resolve(`${host}/app`, {store, pull: true})).resolved, newer.root.digest);
	t.is(
		(await resolve(`${host}/app`, {store})).resolved,
		newer.root.digest,
		'and is what the name stands for from then on',
	);
});

test('a name with a digest is not asked again, not even with pull', async t => {
	const {host, requests} = await fakeRegistry(t, both);
	const store = memoryStore();
	await resolve(`${host}/app@${both.root.digest}`, {store});
	requests.length = 0;

	await resolve(`${host}/app@${both.root.digest}`, {store, pull: true});

	t.deepEqual(requests, []);
});

test('a record says what a name stood for, and when', async t => {
	const {host} = await fakeRegistry(t, both);
	const store = memoryStore();
	await resolve(`${host}/app`, {store});

	const records = store.records<BaseRecord>('bases');
	const record = records.get(records.keys()[0] ?? '');

	t.deepEqual(
		{...record, asked: 0},
		{
			reference: `${host}/app:latest`,
			platform: 'linux/amd64',
			descriptor: amd64.root,
			resolved: both.root.digest,
			asked: 0,
		},
	);
	t.true((record?.asked ?? 0) > 0);
});

test('an image of the store is taken under its name without asking', async t => {
	const store = memoryStore();
	await keep(store, amd64, 'app:latest');

	const base = await resolve('app', {store});

	t.is(base.reference, 'docker.io/library/app:latest');
	t.deepEqual(base.descriptor, amd64.root);
	t.deepEqual(store.records('bases').keys(), [], 'no registry has said so');
});

test('an image of the store serves the platforms that it is for', async t => {
	const {host} = await fakeRegistry(t, arm64);
	const store = memoryStore();
	await keep(store, both, 'two:latest');
	await keep(store, amd64, `${host}/one:latest`);

	t.deepEqual((await resolve('two', {store}, 'linux/arm64')).descriptor, arm64.root);
	t.deepEqual((await resolve(`${host}/one`, {store}, 'linux/amd64')).descriptor, amd64.root);
	t.deepEqual(
		(await resolve(`${host}/one`, {store}, 'linux/arm64')).descriptor,
		arm64.root,
		'for others the registry is asked',
	);
});

test('with pull the registry is asked in spite of an image of the store', async t => {
	const {host} = await fakeRegistry(t, arm64);
	const store = memoryStore();
	await keep(store, amd64, `${host}/app:latest`);

	t.deepEqual((await resolve(`${host}/app`, {store, pull: true})).descriptor, arm64.root);
});

test('a name that is none', async t => {
	const error = await t.throwsAsync(resolve('App', {store: memoryStore()}), {instanceOf: UsageError});

	t.is(error.message, '"App" is no name of an image');
});

test('an entry of an index that is no manifest is not even asked for', async t => {
	const [layer = amd64.root] = amd64.layers;
	const {host, requests} = await fakeRegistry(
		t,
		indexOf({'linux/amd64': {...amd64, root: {...layer, mediaType: 'application/octet-stream'}}}),
	);

	const error = await t.throwsAsync(resolve(`${host}/app`, {store: memoryStore()}), {
		instanceOf: RegistryError,
		code: 'NOT_AN_IMAGE',
	});

	t.deepEqual(error.notes, ['found application/octet-stream']);
	t.deepEqual(requests, ['GET /v2/app/manifests/latest']);
});

const documents: readonly (readonly [title: string, type: string, body: string, found: string])[] = [
	[
		'of docker before 2016',
		'application/vnd.docker.distribution.manifest.v1+prettyjws',
		'{"schemaVersion":1}',
		"it is in docker's format of before 2016: application/vnd.docker.distribution.manifest.v1+prettyjws",
	],
	['that is a web page', 'text/html', '<html>', 'found text/html'],
	['that is broken', ociManifest, '{"schemaVersion":2', `found ${ociManifest}`],
	[
		'of something else than an image',
		ociManifest,
		JSON.stringify({
			schemaVersion: 2,
			config: {mediaType: 'application/x', digest: amd64.root.digest, size: 1},
			layers: [],
		}),
		'found application/x',
	],
];

for (const [title, type, body, found] of documents) {
	test(`a manifest ${title} is refused`, async t => {
		const host = await serve(t, (_, response) => response.writeHead(200, {'content-type': type}).end(body));

		const error = await t.throwsAsync(resolve(`${host}/app`, {store: memoryStore()}), {
			instanceOf: RegistryError,
			code: 'NOT_AN_IMAGE',
		});

		t.is(error.message, `${host}/app:latest is not an image`);
		t.deepEqual(error.notes, [found]);
	});
}
