import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {findImage} from '../../lib/catalog/find.ts';
import {UsageError} from '../../lib/errors.ts';
import {hexOf} from '../../lib/oci/digest.ts';
import {openStore} from '../../lib/store/open.ts';
import {folderFor} from '../helpers/folder.ts';
import {storeImage, storeIndex} from '../helpers/stored-image.ts';

async function setUp(t: ExecutionContext) {
	const store = await openStore(join(await folderFor(t), 'store'));
	t.teardown(() => store[Symbol.asyncDispose]());
	const image = storeImage(store);
	await store.images.tag(image.descriptor, 'redis:latest');
	return {store, ...image};
}

test('an image is found by its name however it is spelled, and by prefixes of its digest and id', async t => {
	const {store, descriptor, manifest} = await setUp(t);
	const [digest, id] = [hexOf(descriptor.digest), hexOf(manifest.config.digest)];

	const spellings = ['redis', 'redis:latest', 'docker.io/library/redis:latest', digest.slice(0, 4), id.slice(0, 12)];
	for (const text of [...spellings, descriptor.digest, `redis@${descriptor.digest}`, `sha256:${id.slice(0, 7)}`]) {
		t.is((await findImage(text, store)).descriptor.digest, descriptor.digest, text);
	}
});

test('a prefix of three digits is too short', async t => {
	const {store, descriptor} = await setUp(t);

	await t.throwsAsync(findImage(hexOf(descriptor.digest).slice(0, 3), store), {code: 'IMAGE_UNKNOWN'});
});

test('an unknown name is answered with the nearest one', async t => {
	const {store} = await setUp(t);

	const error = await t.throwsAsync(findImage('reddis', store), {instanceOf: UsageError});

	t.is(error?.message, 'no image reddis in the store');
	t.deepEqual(error?.help, ['did you mean redis?', 'what is there: strata images']);
});

test('a prefix of several images names them all', async t => {
	const {store, descriptor} = await setUp(t);
	const prefix = hexOf(descriptor.digest).slice(0, 4);
	let twin = descriptor;
	for (let at = 0; twin.digest === descriptor.digest || !hexOf(twin.digest).startsWith(prefix); at += 1) {
		twin = {...descriptor, digest: `sha256:${prefix}${String(at).padStart(60, '0')}` as typeof descriptor.digest};
	}
	await store.images.tag(twin, 'twin:1');

	const error = await t.throwsAsync(findImage(prefix, store), {code: 'IMAGE_AMBIGUOUS', instanceOf: UsageError});

	t.deepEqual(error?.notes.map(note => note.split(' ')[1]).sort(), ['redis:latest', 'twin:1']);
});

test('a whole digest means the image, and not the index that names it', async t => {
	const {store, descriptor, ...parts} = await setUp(t);
	await store.images.tag(storeIndex(store, {'linux/amd64': {descriptor, ...parts}}), 'all:latest');

	t.is((await findImage(descriptor.digest, store)).descriptor.digest, descriptor.digest);
});

test('an id that an image has by itself and in an index means the image', async t => {
	const {store, descriptor, ...parts} = await setUp(t);
	const arm64 = storeImage(store, {platform: 'linux/arm64'});
	const index = storeIndex(store, {'linux/amd64': {descriptor, ...parts}, 'linux/arm64': arm64});
	await store.images.tag(index, 'all:latest');

	t.deepEqual((await findImage(parts.manifest.config.digest, store)).names, ['redis:latest']);
});

test('the digest or id of a platform means its image in the index; the id of an index of one image means the index', async t => {
	const {store} = await setUp(t);
	const [amd64, arm64] = [storeImage(store, {created: 'a'}), storeImage(store, {platform: 'linux/arm64'})];
	const index = storeIndex(store, {'linux/amd64': amd64, 'linux/arm64': arm64});
	const single = storeImage(store, {platform: 'linux/s390x'});
	await store.images.tag(index, 'all:latest');
	const one = storeIndex(store, {'linux/s390x': single});
	await store.images.tag(one, 'one:latest');

	for (const text of [
		arm64.descriptor.digest,
		arm64.manifest.config.digest,
		hexOf(arm64.descriptor.digest).slice(0, 12),
	]) {
		t.like(await findImage(text, store), {descriptor: index, child: arm64.descriptor}, text);
	}
	t.is((await findImage(index.digest, store)).child, undefined);
	t.like(await findImage(single.manifest.config.digest, store), {descriptor: one, child: undefined});
});
