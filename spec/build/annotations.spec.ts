import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {UsageError} from '../../lib/errors.ts';
import {hexOf} from '../../lib/oci/digest.ts';
import type {Index, Manifest} from '../../lib/oci/image.ts';
import {workshop} from '../helpers/build.ts';

const lines = ['FROM scratch', 'COPY a /', 'CMD ["/a"]'];
const files = {a: 'a'};

test('CLI-13: annotations stand on the manifest and on its descriptor, and change the digest; the config does not', async t => {
	const shop = await workshop(t);
	const plain = await shop.build({lines, files, tags: ['plain']});

	const {result, manifest} = await shop.build({
		lines,
		files,
		tags: ['app'],
		annotations: [
			{key: 'a', value: '1'},
			{key: 'b', value: '2', on: 'manifest-descriptor'},
		],
	});

	t.deepEqual(manifest.annotations, {a: '1'});
	t.deepEqual(result.descriptor.annotations, {b: '2'});
	t.is(result.id, plain.result.id);
	t.not(result.digest, plain.result.digest);
	const entry = indexOf(shop.root).manifests.find(({digest}) => digest === result.digest);
	t.is(entry?.annotations?.b, '2');
});

test('annotations of an output are in that output only', async t => {
	const shop = await workshop(t);
	const dest = join(shop.root, '../out');

	const {result, manifest} = await shop.build({
		lines,
		files,
		tags: ['app'],
		annotations: [{key: 'a', value: '1'}],
		outputs: [{type: 'oci', dest, annotations: [{key: 'b', value: '2'}]}],
	});

	t.deepEqual(manifest.annotations, {a: '1'});
	const [entry] = indexOf(dest).manifests;
	if (!entry) throw new Error('the layout is empty');
	t.not(entry.digest, result.digest);
	const exported = JSON.parse(readFileSync(join(dest, 'blobs/sha256', hexOf(entry.digest)), 'utf8')) as Manifest;
	t.deepEqual(exported, {...manifest, annotations: {a: '1', b: '2'}});
});

test('a descriptor that is annotated otherwise is named anew', async t => {
	const shop = await workshop(t);
	const on = 'manifest-descriptor';

	await shop.build({lines, files, tags: ['app']});
	const {result} = await shop.build({lines, files, tags: ['app'], annotations: [{on, key: 'a', value: '1'}]});

	const [entry] = indexOf(shop.root).manifests.filter(({digest}) => digest === result.digest);
	t.is(entry?.annotations?.a, '1');
});

for (const [annotation, message] of [
	[{on: 'index', key: 'a', value: 'b'}, 'an annotation a has no index to stand on: an image of one platform has none'],
	[
		{on: 'index-descriptor', platform: 'linux/amd64', key: 'a', value: 'b'},
		'an annotation a is for linux/amd64, but an index is for all',
	],
	[{key: '', value: 'b'}, 'an annotation has no key'],
	[{platform: 'linux/s390x', key: 'a', value: 'b'}, 'an annotation a is for linux/s390x, which is not built'],
	[{platform: '/', key: 'a', value: 'b'}, '/ is no platform'],
] as const) {
	test(`it is said at once: ${message}`, async t => {
		const shop = await workshop(t);

		for (const options of [
			{annotations: [annotation]},
			{outputs: [{type: 'load', annotations: [annotation]} as const]},
		]) {
			const {error} = await shop.tell({lines, files, ...options});

			t.true(error instanceof UsageError);
			t.is(error?.message, message);
		}
	});
}

test('CLI-21: a config without history has the same time and layers, and is a base like others', async t => {
	const shop = await workshop(t);
	const layout = join(shop.root, '../base');
	const plain = await shop.build({lines, files});

	const {config, manifest} = await shop.build({
		lines,
		files,
		omitHistory: true,
		tags: ['base'],
		outputs: [{type: 'oci', dest: layout}],
	});
	const above = await shop.build({
		lines: ['FROM base', 'COPY a /b'],
		files,
		contexts: {base: `oci-layout://${layout}:base`},
	});

	const {history: _, ...others} = plain.config;
	t.deepEqual(config, others);
	t.deepEqual(manifest.layers, plain.manifest.layers);
	t.is(above.config.history?.length, 2);
});

function indexOf(folder: string): Index {
	return JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Index;
}
