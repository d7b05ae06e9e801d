import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {RegistryError} from '../../lib/errors.ts';
import {diffIDFromHex, hexOf} from '../../lib/oci/digest.ts';
import {dockerLayerGzip, ociLayerGzip} from '../../lib/oci/media-types.ts';
import type {Base} from '../../lib/registry/base.ts';
import {fetchLayers} from '../../lib/registry/layers.ts';
import {resolveBase} from '../../lib/registry/pull.ts';
import type {TransferProgress} from '../../lib/registry/transfer.ts';
import {openStore} from '../../lib/store/open.ts';
import type {LayerRecord, Store} from '../../lib/store/store.ts';
import {fakeRegistry, type Intercept} from '../helpers/fake-registry.ts';
import {folderFor} from '../helpers/folder.ts';
import {imageOf, push, type TestImage} from '../helpers/image.ts';
import {memoryStore} from '../helpers/memory-store.ts';
import {startRegistry} from '../helpers/registry.ts';

const texts = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven'];
const image = imageOf('linux/amd64', texts, ociLayerGzip);
const platform = {os: 'linux', architecture: 'amd64'};

async function baseAt(host: string, store: Store): Promise<Base> {
	return resolveBase(`${host}/app`, platform, {store, env: {}, backoff: 1, patience: 60_000});
}

async function pulled(
	t: ExecutionContext,
	{store, intercept}: {store: Store; intercept?: Intercept},
	content: TestImage = image,
) {
	const registry = await fakeRegistry(t, content, intercept);
	const progress: TransferProgress[] = [];
	const onTransfer = (one: TransferProgress) => progress.push(one);
	return {...registry, progress, onTransfer, base: await baseAt(registry.host, store)};
}

test('all layers are in the store afterwards, lowest first, with their diffIDs', async t => {
	const registry = await startRegistry();
	t.teardown(() => registry.stop());
	await push(registry.host, 'app', {image, tag: 'latest'});
	await using store = await openStore(await folderFor(t));

	const layers = await fetchLayers(await baseAt(registry.host, store), {store});

	t.deepEqual(
		layers.map(({descriptor}) => descriptor),
		image.layers,
	);
	t.deepEqual(
		layers.map(({diffID}) => diffID as string),
		image.layers.map(({digest}) => digest as string),
	);
	t.true(image.layers.every(({digest, size}) => store.blobs.has(digest, size)));
	t.deepEqual(readdirSync(join(store.root, 'tmp')), []);
});

test('the store knows from which blob a diffID comes', async t => {
	const store = memoryStore();
	const {base} = await pulled(t, {store});

	const [layer] = await fetchLayers(base, {store});

	const record = layer && store.records<LayerRecord>('layers').get(hexOf(layer.diffID));
	t.deepEqual(record, layer && {diffID: layer.diffID, blobs: {registry: layer.descriptor}});
});

test('progress tells of each layer its beginning and its end', async t => {
	const store = memoryStore();
	const {base, host, progress, onTransfer} = await pulled(t, {store});
	const [first = image.root] = image.layers;

	await fetchLayers(base, {store, onTransfer});

	const common = {
		direction: 'pull',
		kind: 'layer',
		digest: first.digest,
		ref: `${host}/app:latest`,
		total: 4,
		attempt: 1,
	} as const;
	const ofFirst = progress.filter(({digest}) => digest === first.digest);
	t.deepEqual(ofFirst[0], {...common, current: 0, state: 'active'});
	t.deepEqual(ofFirst.at(-1), {...common, current: 4, state: 'done'});
	t.is(progress.filter(({state}) => state === 'done').length, texts.length);
});

test('what is there is not fetched', async t => {
	const store = memoryStore();
	const {base, requests, progress, onTransfer} = await pulled(t, {store});
	await fetchLayers(base, {store});
	requests.length = 0;

	await fetchLayers(base, {store, onTransfer});

	t.deepEqual(requests, []);
	t.deepEqual(new Set(progress.map(({state}) => state)), new Set(['present']));
});

test('a retry is told, and the attempts after it are counted', async t => {
	const store = memoryStore();
	let failures = 2;
	const intercept: Intercept = ({url}, response) => {
		if (!url?.includes(image.layers[0]?.digest ?? 'x') || failures-- <= 0) return false;
		response.writeHead(503).end();
		return true;
	};
	const {base, host, progress, onTransfer} = await pulled(t, {store, intercept});

	await fetchLayers(base, {store, onTransfer});

	const retries = progress.filter(({state}) => state === 'retry');
	t.deepEqual(
		retries.map(({attempt, reason, delay}) => ({attempt, reason, delay})),
		[
			{attempt: 1, reason: `503 from ${host}`, delay: 1},
			{attempt: 2, reason: `503 from ${host}`, delay: 2},
		],
	);
});

test('several layers come at the same time, but not all', async t => {
	const store = memoryStore();
	const held: (() => void)[] = [];
	let most = 0;
	const letGo = () => {
		for (const release of held.splice(0)) release();
	};
	const {base} = await pulled(t, {
		store,
		intercept({url}, response) {
			const digest = /blobs\/(.+)$/.exec(url ?? '')?.[1] ?? '';
			const part = image.layers.some(layer => layer.digest === digest) && image.blobs.get(digest);
			if (!part) return false;
			held.push(() => response.end(part.bytes));
			most = Math.max(most, held.length);
			// a fifth would come in this pause
			if (held.length === 4) setTimeout(letGo, 30);
			return true;
		},
	});

	await fetchLayers(base, {store});

	t.is(most, 4);
});

test('who unpacks hears of the lowest layers, each time that they are more', async t => {
	const store = memoryStore();
	let letGo = () => {};
	const {base} = await pulled(t, {
		store,
		intercept({url}, response) {
			const first = image.layers[0]?.digest ?? 'x';
			if (!url?.endsWith(first)) return false;
			letGo = () => response.end(image.blobs.get(first)?.bytes);
			return true;
		},
	});
	const counts: number[] = [];
	const last = image.layers.at(-1)?.digest;

	const layers = await fetchLayers(base, {
		store,
		onTransfer({digest, state}) {
			// the lowest comes when all others are there
			if (digest === last && state === 'done') setImmediate(letGo);
		},
		onLowest(lowest) {
			t.deepEqual(
				lowest.map(({descriptor}) => descriptor),
				image.layers.slice(0, lowest.length),
			);
			counts.push(lowest.length);
		},
	});

	t.is(counts.at(-1), layers.length);
	t.deepEqual(
		counts,
		[...new Set(counts)].sort((a, b) => a - b),
	);
	t.true((counts[0] ?? 0) > 1, 'nothing lies on what is not there');
});

test('a large layer is told while it arrives, with the file that it is written to', async t => {
	await using store = await openStore(await folderFor(t));
	const large = imageOf('linux/amd64', ['small', 'large '.repeat(500_000)], ociLayerGzip);
	const last = large.layers.at(-1);
	let letGo = () => {};
	const {base} = await pulled(
		t,
		{
			store,
			intercept({url}, response) {
				if (!last || !url?.endsWith(last.digest)) return false;
				const bytes = large.blobs.get(last.digest)?.bytes ?? Buffer.alloc(0);
				response.writeHead(200, {'content-length': bytes.length});
				response.write(bytes.subarray(0, 2 ** 21));
				letGo = () => response.end(bytes.subarray(2 ** 21));
				return true;
			},
		},
		large,
	);
	const told: (readonly (string | undefined)[])[] = [];

	await fetchLayers(base, {
		store,
		onLowest(lowest) {
			const arriving = lowest.at(-1)?.arriving;
			told.push(lowest.map(layer => (layer.arriving === undefined ? 'there' : 'arriving')));
			if (arriving === undefined) return;
			t.true(statSync(arriving).size >= 2 ** 20);
			letGo();
		},
	});

	t.deepEqual(told.at(-1), ['there', 'arriving']);
	t.true(large.layers.every(({digest, size}) => store.blobs.has(digest, size)));
});

test('another blob of the same files is not there, nor on its way, when the first is', async t => {
	const store = memoryStore();
	const twins = imageOf('linux/amd64', ['one', 'other'], ociLayerGzip, Array(2).fill(diffIDFromHex('0'.repeat(64))));
	const [first, second] = twins.layers;
	let letGo = () => {};
	const intercept: Intercept = ({url}, response) => {
		if (!second || !url?.endsWith(second.digest)) return false;
		letGo = () => response.end(twins.blobs.get(second.digest)?.bytes);
		return true;
	};
	const {base} = await pulled(t, {store, intercept}, twins);
	const counts: number[] = [];

	await fetchLayers(base, {
		store,
		onTransfer({digest, state}) {
			if (digest === first?.digest && state === 'done') setImmediate(() => setImmediate(letGo));
		},
		onLowest: ({length}) => counts.push(length),
	});

	t.deepEqual(counts, [1, 2]);
});

test('stores that share a folder fetch a layer once', async t => {
	const root = await folderFor(t);
	await using store = await openStore(root);
	await using other = await openStore(root);
	const {base, requests} = await pulled(t, {store});

	await Promise.all([fetchLayers(base, {store}), fetchLayers(base, {store: other})]);

	const blobs = requests.filter(request => image.layers.some(({digest}) => request.endsWith(digest)));
	t.is(blobs.length, texts.length);
});

test('who waits for another process learns which', async t => {
	const root = await folderFor(t);
	await using store = await openStore(root);
	const {base} = await pulled(t, {store});
	const lock = await store.lock(`blobs/${image.layers[3]?.digest}`);
	const waited: (number | undefined)[] = [];

	await fetchLayers(base, {
		store,
		onWait(pid) {
			waited.push(pid);
			void lock[Symbol.asyncDispose]();
		},
	});

	t.deepEqual(waited, [process.pid]);
});

test('a layer that cannot be had stops the others', async t => {
	await using store = await openStore(await folderFor(t));
	const {base} = await pulled(t, {
		store,
		intercept({url}, response) {
			const index = image.layers.findIndex(({digest}) => url?.endsWith(digest));
			if (index < 0 || index > 3) return false;
			if (index === 3) response.end('altered');
			else response.writeHead(200, {'content-length': 9}).write('begun');
			return true;
		},
	});

	const error = await t.throwsAsync(fetchLayers(base, {store}), {instanceOf: RegistryError});

	t.is(error.code, 'DIGEST_MISMATCH');
	t.false(image.layers.some(({digest}) => store.blobs.has(digest)));
	t.deepEqual(readdirSync(join(store.root, 'tmp')), []);
	t.deepEqual(readdirSync(join(store.root, 'locks')), []);
});

test('fetching can be stopped', async t => {
	await using store = await openStore(await folderFor(t));
	const stop = new AbortController();
	const reason = new Error('enough');
	const {base} = await pulled(t, {store, intercept: ({url}) => image.layers.some(({digest}) => url?.endsWith(digest))});

	const pending = fetchLayers(base, {
		store,
		signal: stop.signal,
		onTransfer: () => setTimeout(() => stop.abort(reason), 20),
	});

	t.is(await t.throwsAsync(pending), reason);
	t.deepEqual(readdirSync(join(store.root, 'tmp')), []);
});

test('the same layer twice in an image is fetched once', async t => {
	const store = memoryStore();
	const twice = imageOf('linux/amd64', ['same', 'same'], dockerLayerGzip);
	const {base, requests} = await pulled(t, {store}, twice);

	const layers = await fetchLayers(base, {store});

	t.is(layers.length, 2);
	t.is(requests.filter(request => request.endsWith(twice.layers[0]?.digest ?? '')).length, 1);
});

for (const [mediaType, state] of [
	['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'that its publisher lets nobody copy'],
	['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', 'that its publisher lets nobody copy'],
	['application/vnd.example.layer', 'of a kind that strata does not know'],
]) {
	test(`a layer of type ${mediaType} is refused`, async t => {
		const store = memoryStore();
		const {base, host} = await pulled(t, {store}, imageOf('linux/amd64', ['one'], mediaType));

		const error = await t.throwsAsync(fetchLayers(base, {store}), {instanceOf: RegistryError, code: 'LAYER_UNUSABLE'});

		t.is(error.message, `${host}/app:latest has a layer ${state}`);
	});
}
