import test, {type ExecutionContext} from 'ava';
import {images} from '../../lib/catalog/images.ts';
import {removeImage, tagImage} from '../../lib/catalog/rename.ts';
import {UsageError} from '../../lib/errors.ts';
import type {Digest} from '../../lib/oci/digest.ts';
import {filledStore} from '../helpers/catalog.ts';
import {storeImage} from '../helpers/stored-image.ts';

async function named(t: ExecutionContext, ...names: readonly string[]) {
	let digest: Digest | undefined;
	const root = await filledStore(t, async store => {
		const {descriptor} = storeImage(store);
		digest = descriptor.digest;
		for (const name of names) await store.images.tag(descriptor, name);
	});
	if (!digest) throw new Error('the store was not filled');
	return {root, digest};
}

const namesIn = async (root: string) =>
	(await images({root})).map(({repository, tag}) => `${repository}:${tag}`).sort();

test('tag gives one more name, with latest where none is said', async t => {
	const {root, digest} = await named(t, 'app:1');

	t.deepEqual(await tagImage('app:1', 'localhost:5000/team/app', {root}), {
		digest,
		names: ['localhost:5000/team/app:latest'],
	});
	t.deepEqual(await namesIn(root), ['app:1', 'localhost:5000/team/app:latest']);
});

test('a name that breaks the grammar is refused', async t => {
	const {root} = await named(t, 'app:1');

	const error = await t.throwsAsync(tagImage('app:1', 'App', {root}), {instanceOf: UsageError});

	t.is(error?.message, 'App cannot be the name of an image');
});

test('rmi of a name takes that name, of the last name the image', async t => {
	const {root} = await named(t, 'app:1', 'app:latest');

	t.deepEqual((await removeImage('app', {root})).names, ['app:latest']);
	t.deepEqual(await namesIn(root), ['app:1']);
	await removeImage('app:1', {root});
	t.deepEqual(await images({root}), []);
});

test('rmi of a digest takes the image with all its names', async t => {
	const {root, digest} = await named(t, 'app:1', 'app:2');

	t.deepEqual(await removeImage(digest.slice(7, 19), {root}), {digest, names: ['app:1', 'app:2']});
	t.deepEqual(await images({root}), []);
});
