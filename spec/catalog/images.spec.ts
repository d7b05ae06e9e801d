import {rmSync, writeFileSync} from 'node:fs';
import test from 'ava';
import {images} from '../../lib/catalog/images.ts';
import {inspectImage} from '../../lib/catalog/inspect.ts';
import {filledStore} from '../helpers/catalog.ts';
import {storeImage, storeIndex, storeLayer} from '../helpers/stored-image.ts';

test('IMG-1: an image has a row for each name, the newest image first', async t => {
	const root = await filledStore(t, async store => {
		const old = storeImage(store, {layers: [await storeLayer(store, {old: 'old'})], created: '2026-01-02T03:04:05Z'});
		await store.images.tag(old.descriptor, 'redis:latest');
		await new Promise(resolve => setTimeout(resolve, 5));
		const recent = storeImage(store);
		await store.images.tag(recent.descriptor, 'localhost:5000/team/app:1.4');
		await store.images.tag(recent.descriptor, 'app:latest');
	});

	const rows = await images({root});

	t.deepEqual(
		rows.map(({repository, tag}) => `${repository} ${tag}`),
		['localhost:5000/team/app 1.4', 'app latest', 'redis latest'],
	);
	t.like(rows.at(-1), {platforms: ['linux/amd64'], layers: 1, created: '2026-01-02T03:04:05Z'});
});

test('size is that of manifest, config and layers; id is the digest of the config', async t => {
	let expected = {};
	const root = await filledStore(t, async store => {
		const layer = await storeLayer(store, {a: 'a'});
		const {descriptor, manifest} = storeImage(store, {layers: [layer]});
		await store.images.tag(descriptor, 'app:1');
		const size = descriptor.size + manifest.config.size + layer.descriptor.size;
		expected = {id: manifest.config.digest, digest: descriptor.digest, size};
	});

	t.like((await images({root}))[0], expected);
});

test('OUT-7: an index is one row with all its platforms', async t => {
	const root = await filledStore(t, async store => {
		const [amd64, arm64] = [storeImage(store), storeImage(store, {platform: 'linux/arm64'})];
		await store.images.tag(storeIndex(store, {'linux/amd64': amd64, 'linux/arm64': arm64}), 'app:1');
	});

	const rows = await images({root});

	t.is(rows.length, 1);
	t.deepEqual(rows[0]?.platforms, ['linux/amd64', 'linux/arm64']);
});

test('a name without a tag stands for all its tags', async t => {
	const root = await filledStore(t, async store => {
		const {descriptor} = storeImage(store);
		for (const name of ['app:1', 'app:2', 'other:1']) await store.images.tag(descriptor, name);
	});
	const tags = async (name: string) => (await images({root, name})).map(({tag}) => tag);

	t.deepEqual(await tags('app'), ['1', '2']);
	t.deepEqual(await tags('docker.io/library/app'), ['1', '2']);
	t.deepEqual(await tags('app:2'), ['2']);
	t.deepEqual(await tags('absent'), []);
});

test('an image whose manifest is gone is listed, so that it can be removed', async t => {
	const root = await filledStore(t, async store => {
		const {descriptor} = storeImage(store);
		await store.images.tag(descriptor, 'app:1');
		rmSync(store.blobs.pathOf(descriptor.digest));
	});

	t.like((await images({root}))[0], {repository: 'app', platforms: [], size: 0});
});

test('an image whose manifest is damaged is listed, and others are found by their ids all the same', async t => {
	let digest = '';
	const root = await filledStore(t, async store => {
		const {descriptor} = storeImage(store);
		await store.images.tag(descriptor, 'app:1');
		rmSync(store.blobs.pathOf(descriptor.digest));
		writeFileSync(store.blobs.pathOf(descriptor.digest), '{}');
		const sound = storeImage(store, {created: '2026-01-02T03:04:05Z'});
		await store.images.tag(sound.descriptor, 'sound:1');
		digest = sound.manifest.config.digest;
	});

	t.like((await images({root, name: 'app'}))[0], {repository: 'app', platforms: [], size: 0});
	t.deepEqual((await inspectImage(digest.slice(7, 19), {root})).names, ['sound:1']);
});
