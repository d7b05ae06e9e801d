import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {images} from '../../lib/catalog/images.ts';
import {addToIndex, annotateIndex, createIndex, removeFromIndex, removeIndex} from '../../lib/catalog/indexes.ts';
import {rawImage} from '../../lib/catalog/inspect.ts';
import {prune} from '../../lib/catalog/prune.ts';
import {removeImage} from '../../lib/catalog/rename.ts';
import {hexOf} from '../../lib/oci/digest.ts';
import type {Index} from '../../lib/oci/image.ts';
import {filledStore} from '../helpers/catalog.ts';
import {validateAgainst} from '../helpers/schema.ts';
import {storeImage, storeIndex, storeLayer} from '../helpers/stored-image.ts';

/** A store with an image for each platform, named for its architecture and variant: `app:arm-v7`. */
async function storeOf(t: ExecutionContext, ...platforms: readonly string[]) {
	return filledStore(t, async store => {
		for (const platform of platforms) {
			const image = storeImage(store, {platform, layers: [await storeLayer(store, {platform})]});
			await store.images.tag(image.descriptor, tagOf(platform));
		}
	});
}

const tagOf = (platform: string) => `app:${platform.split('/').slice(1).join('-')}`;

async function read(root: string, name = 'app'): Promise<Index> {
	return JSON.parse(String(await rawImage(name, 'index', {root}))) as Index;
}

async function platformsIn(root: string): Promise<readonly string[]> {
	const {manifests} = await read(root);
	return manifests.map(({platform}) =>
		[platform?.os, platform?.architecture, platform?.variant].filter(Boolean).join('/'),
	);
}

const both = ['linux/amd64', 'linux/arm64'];

test('an index is made of images, and says of each what its config does (IMG-6)', async t => {
	const root = await storeOf(t, 'linux/amd64', 'linux/arm/v7');

	const {digest, names} = await createIndex('app', ['app:amd64', 'app:arm-v7'], {root});

	t.deepEqual(names, ['app:latest']);
	t.deepEqual(await platformsIn(root), ['linux/amd64', 'linux/arm/v7']);
	t.like((await images({root, name: 'app:latest'}))[0], {digest, platforms: ['linux/amd64', 'linux/arm/v7']});
	t.deepEqual(validateAgainst('image-index', await read(root)), []);
});

test('an index may begin empty and be added to; it has one name and leaves nothing behind', async t => {
	const root = await storeOf(t, ...both);

	await createIndex('app', [], {root});
	t.deepEqual(validateAgainst('image-index', await read(root)), []);
	await addToIndex('app', ['app:arm64'], {root});
	await addToIndex('app', ['app:amd64'], {root});

	t.deepEqual(await platformsIn(root), ['linux/arm64', 'linux/amd64']);
	const listed = await images({root});
	t.deepEqual(listed.map(({repository, tag}) => `${repository}:${tag}`).sort(), [
		'app:amd64',
		'app:arm64',
		'app:latest',
	]);
});

test('an image takes the place of that for the same platform', async t => {
	const root = await storeOf(t, ...both);
	await createIndex('app', ['app:amd64', 'app:arm64'], {root});
	const [before] = (await read(root)).manifests;

	await addToIndex('app', ['app:arm64'], {root, platform: {architecture: 'amd64'}});

	t.deepEqual(await platformsIn(root), ['linux/amd64']);
	t.not((await read(root)).manifests[0]?.digest, before?.digest);
});

test('of an image that is an index the one for this machine is added, or with `all` every one', async t => {
	const root = await filledStore(t, async store => {
		const of = async (platform: string) => storeImage(store, {platform, layers: [await storeLayer(store, {platform})]});
		const index = storeIndex(store, {'linux/s390x': await of('linux/s390x'), [host]: await of(host)});
		await store.images.tag(index, 'other:latest');
	});
	await createIndex('one', ['other'], {root});
	await createIndex('all', ['other'], {root, all: true});

	t.deepEqual(
		(await read(root, 'one')).manifests.map(({platform}) => platform?.architecture),
		[host.split('/')[1]],
	);
	t.deepEqual((await read(root, 'all')).manifests, (await read(root, 'other')).manifests);
});

const host = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`;

test('a name that is taken is refused, unless it is an index that may be amended', async t => {
	const root = await storeOf(t, ...both);
	await createIndex('app', ['app:amd64'], {root});

	await t.throwsAsync(createIndex('app', [], {root}), {message: 'there is an index app:latest'});
	await t.throwsAsync(createIndex('app:amd64', [], {root, amend: true}), {
		message: 'app:amd64 is an image of one platform, not an index',
	});
	await createIndex('app', ['app:arm64'], {root, amend: true});
	t.deepEqual(await platformsIn(root), both);
});

test('annotate changes what the index says of an image, by name, digest or platform, and of itself', async t => {
	const root = await storeOf(t, ...both);
	await createIndex('app', ['app:amd64', 'app:arm64'], {root, annotations: {made: 'here'}});
	const [one] = (await read(root)).manifests;

	await annotateIndex('app', 'linux/arm64', {root, platform: {variant: 'v8', 'os.features': ['x']}});
	await annotateIndex('app', 'app:amd64', {root, annotations: {a: '1'}});
	await annotateIndex('app', hexOf(one?.digest ?? ('' as never)).slice(0, 12), {root, annotations: {b: '2'}});
	await annotateIndex('app', undefined, {root, annotations: {also: 'this'}});

	const {manifests, annotations} = await read(root);
	t.deepEqual(manifests[0]?.annotations, {a: '1', b: '2'});
	t.deepEqual(manifests[1]?.platform, {architecture: 'arm64', os: 'linux', variant: 'v8', 'os.features': ['x']});
	t.deepEqual(annotations, {made: 'here', also: 'this'});
	t.deepEqual(validateAgainst('image-index', await read(root)), []);
});

test('what is not in the index is refused with what is', async t => {
	const root = await storeOf(t, ...both);
	await createIndex('app', ['app:amd64'], {root});
	const [one] = (await read(root)).manifests;

	const error = await t.throwsAsync(removeFromIndex('app', 'app:arm64', {root}));

	t.like(error, {message: 'app:arm64 means no image of app', notes: [`${one?.digest}  linux/amd64`]});
	await t.throwsAsync(addToIndex('none', ['app:amd64'], {root}), {message: 'no index none in the store'});
});

test('remove takes an image out of the index, rm the index out of the store; the images stay', async t => {
	const root = await storeOf(t, ...both);
	await createIndex('app', ['app:amd64', 'app:arm64'], {root});

	await removeFromIndex('app', 'linux/amd64', {root});
	t.deepEqual(await platformsIn(root), ['linux/arm64']);
	await removeIndex('app', {root});

	const listed = await images({root});
	t.deepEqual(listed.map(({tag}) => tag).sort(), ['amd64', 'arm64']);
	await t.throwsAsync(removeIndex('app:amd64', {root}), {message: /of one platform/});
});

test('what an index names is kept by prune, also without a name of its own', async t => {
	const root = await storeOf(t, ...both);
	await createIndex('app', ['app:amd64', 'app:arm64'], {root});
	const [entry] = (await read(root)).manifests;
	await removeImage('app:arm64', {root});

	await prune({root, all: true});

	t.notThrows(() => readFileSync(join(root, 'blobs/sha256', hexOf(entry?.digest ?? ('' as never)))));
});

test('those who add to one index at the same time all get in', async t => {
	const platforms = ['amd64', 'arm64', 's390x', 'ppc64le', 'riscv64', '386'].map(
		architecture => `linux/${architecture}`,
	);
	const root = await storeOf(t, ...platforms);
	await createIndex('app', [], {root});

	await Promise.all(platforms.map(platform => addToIndex('app', [tagOf(platform)], {root})));

	t.deepEqual((await platformsIn(root)).toSorted(), platforms.toSorted());
});
