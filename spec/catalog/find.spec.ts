import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {findImage} from '../../lib/catalog/find.ts';
import {UsageError} from '../../lib/errors.ts';
import {hexOf} from '../../lib/oci/digest.ts';
import {openStore} from '../../lib/store/open.ts';
import {folderFor} from '../helpers/folder.ts';
import {storeImage} from '../helpers/stored-image.ts';

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
