import test from 'ava';
import {collect} from '../../lib/bytes.ts';
import {annotate} from '../../lib/export/annotate.ts';
import {layoutEntries} from '../../lib/export/entries.ts';
import type {Descriptor, Index, Manifest} from '../../lib/oci/image.ts';
import {refName} from '../../lib/oci/layout.ts';
import {ociIndex} from '../../lib/oci/media-types.ts';
import type {BlobStore} from '../../lib/store/store.ts';
import {memoryStore} from '../helpers/memory-store.ts';
import {storeImage, storeIndex, storeLayer} from '../helpers/stored-image.ts';

const kv = {key: 'k', value: 'v'};

async function read<T>(descriptor: Descriptor, blobs: BlobStore): Promise<T> {
	return JSON.parse(Buffer.from(await collect(blobs.open(descriptor))).toString()) as T;
}

test('an image of one platform gets a manifest of its own, of the same config and layers', async t => {
	const store = memoryStore();
	const {descriptor, manifest} = storeImage(store, {layers: [await storeLayer(store, {a: 'a'})]});
	const platforms = ['linux/amd64', 'linux/arm64'];

	const image = await annotate(
		{descriptor, names: ['app:1']},
		[...platforms.map(platform => ({key: platform, value: 'v', platform})), {on: 'manifest-descriptor', ...kv}],
		store.blobs,
	);

	t.deepEqual(await read<Manifest>(image.descriptor, store.blobs), {...manifest, annotations: {'linux/amd64': 'v'}});
	const [entry] = layoutEntries(image);
	t.is(entry?.annotations?.k, 'v');
	t.is(entry?.annotations?.[refName], 'app:1');
});

test('an index gets its own too, and each platform only what is meant for it', async t => {
	const store = memoryStore();
	const images = Object.fromEntries(
		['linux/amd64', 'linux/arm64'].map(platform => [platform, storeImage(store, {platform})]),
	);
	const descriptor = storeIndex(store, images);

	const image = await annotate(
		{descriptor, names: []},
		[
			{on: 'index', ...kv},
			{on: 'index-descriptor', key: 'd', value: 'v'},
			{on: 'manifest', platform: 'linux/arm64', ...kv},
			{on: 'manifest-descriptor', key: 'm', value: 'v'},
		],
		store.blobs,
	);

	const index = await read<Index>(image.descriptor, store.blobs);
	t.deepEqual(index.annotations, {k: 'v'});
	t.deepEqual(image.descriptor.annotations, {d: 'v'});
	t.deepEqual(
		index.manifests.map(({annotations}) => annotations),
		[{m: 'v'}, {m: 'v'}],
	);
	const manifests = await Promise.all(index.manifests.map(manifest => read<Manifest>(manifest, store.blobs)));
	t.deepEqual(
		manifests.map(({annotations}) => annotations),
		[undefined, {k: 'v'}],
	);
});

test('without annotations it is the same image', async t => {
	const {blobs} = memoryStore();
	const {descriptor} = storeImage(memoryStore());

	t.deepEqual(await annotate({descriptor, names: ['a:1']}, [], blobs), {descriptor, names: ['a:1']});
});

test('a platform that an index spells otherwise is the same', async t => {
	const store = memoryStore();
	const platform = {os: 'linux', architecture: 'arm64', variant: 'v8'};
	const arm = {...storeImage(store, {platform: 'linux/arm64'}).descriptor, platform};
	const index = {schemaVersion: 2, mediaType: ociIndex, manifests: [arm]};
	const descriptor = store.blobs.add(Buffer.from(JSON.stringify(index)), ociIndex);

	const image = await annotate({descriptor, names: []}, [{...kv, platform: 'linux/arm64'}], store.blobs);

	const [entry] = (await read<Index>(image.descriptor, store.blobs)).manifests;
	t.deepEqual(entry?.platform, platform);
	t.deepEqual(entry && (await read<Manifest>(entry, store.blobs)).annotations, {k: 'v'});
});
