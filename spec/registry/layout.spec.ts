import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {StoreError, UsageError} from '../../lib/errors.ts';
import {copy} from '../../lib/oci/copy.ts';
import {refName} from '../../lib/oci/layout.ts';
import {DigestMismatchError} from '../../lib/oci/verify.ts';
import {fetchLayers} from '../../lib/registry/layers.ts';
import {layoutSource, parseLayoutReference, resolveLayout} from '../../lib/registry/layout.ts';
import {storeSink} from '../../lib/registry/store-sink.ts';
import {openStore} from '../../lib/store/open.ts';
import {folderFor} from '../helpers/folder.ts';
import {imageOf, indexOf, layoutFiles, type TestImage} from '../helpers/image.ts';
import {memoryStore} from '../helpers/memory-store.ts';

const amd64 = imageOf('linux/amd64', ['lowest', 'amd64']);
const arm64 = imageOf('linux/arm64', ['lowest', 'arm64']);
const both = indexOf({'linux/amd64': amd64, 'linux/arm64': arm64});
const platform = {os: 'linux', architecture: 'arm64'};

async function layout(t: ExecutionContext, image: TestImage, name?: string): Promise<string> {
	const folder = await folderFor(t);
	for (const [path, content] of Object.entries(
		layoutFiles(image, name === undefined ? undefined : {[refName]: name}),
	)) {
		mkdirSync(join(folder, dirname(path)), {recursive: true});
		writeFileSync(join(folder, path), content);
	}
	return folder;
}

const digest = amd64.root.digest;
const references: readonly (readonly [text: string, parsed: object | undefined])[] = [
	['oci-layout://out', {folder: 'out'}],
	['oci-layout:///srv/out', {folder: '/srv/out'}],
	['oci-layout://out:1.4', {folder: 'out', name: '1.4'}],
	['oci-layout://out:app:1.4', {folder: 'out', name: 'app:1.4'}],
	[`oci-layout://out@${digest}`, {folder: 'out', digest}],
	[`oci-layout://out:1.4@${digest}`, {folder: 'out', name: '1.4', digest}],
	['out', {folder: 'out'}],
	['oci-layout://', undefined],
	['oci-layout://out@sha256:12', undefined],
];

for (const [text, parsed] of references) {
	test(`FRM-6: ${text.slice(0, 40)} is ${parsed ? 'a layout' : 'no layout'}`, t => {
		t.deepEqual(parseLayoutReference(text) as object | undefined, parsed);
	});
}

for (const [title, name, suffix] of [
	['the only image', undefined, ''],
	['the only image, though it has a name', 'x', ''],
	['a tag', '1.4', ':1.4'],
	['a whole name', 'app:1.4', ':app:1.4'],
	['a whole name without its tag', 'app:latest', ':app'],
] as const) {
	test(`FRM-6: ${title} is found in a layout`, async t => {
		const folder = await layout(t, both, name);
		const store = memoryStore();

		const base = await resolveLayout(`oci-layout://${folder}${suffix}`, platform, {store});

		t.is(base.resolved, both.root.digest);
		t.deepEqual(base.descriptor, arm64.root);
		t.is(base.reference, `oci-layout://${folder}${suffix}`);
	});
}

test('an image is found by its digest', async t => {
	const folder = await layout(t, amd64);

	const base = await resolveLayout(`${folder}@${digest}`, platform, {store: memoryStore()});

	t.deepEqual(base.descriptor, amd64.root);
});

test('the layers of a layout come into the store like those of a registry', async t => {
	const folder = await layout(t, amd64);
	await using store = await openStore(await folderFor(t));

	const layers = await fetchLayers(await resolveLayout(folder, platform, {store}), {store});

	t.deepEqual(
		layers.map(({descriptor}) => descriptor),
		amd64.layers,
	);
	t.true(amd64.layers.every(({digest, size}) => store.blobs.has(digest, size)));
});

test('a name that a layout does not have is told with those it has', async t => {
	const folder = await layout(t, amd64, 'app:1');

	const error = await t.throwsAsync(resolveLayout(`${folder}:app:2`, platform, {store: memoryStore()}), {
		instanceOf: UsageError,
	});

	t.is(error.message, `the layout ${folder} has no image app:2`);
	t.deepEqual(error.notes, ['it has app:1']);
});

test('a folder that is no layout', async t => {
	const folder = await folderFor(t);

	const error = await t.throwsAsync(resolveLayout(folder, platform, {store: memoryStore()}), {instanceOf: UsageError});

	t.is(error.message, `${folder} is no OCI layout: it has no index.json`);
});

test('copying takes all that an index reaches', async t => {
	const source = layoutSource({folder: await layout(t, both)});
	await using store = await openStore(await folderFor(t));

	await copy((await source.resolve()).descriptor, source, storeSink(store, {ref: 'both'}));

	t.true([...both.blobs.values()].every(({bytes}) => store.blobs.has(store.blobs.add(bytes, '').digest)));
	t.true(store.blobs.has(both.root.digest, both.root.size));
});

test('copying ends at what is missing, before anything refers to it', async t => {
	const {[`blobs/sha256/${amd64.layers[1]?.digest.slice(7)}`]: _, ...files} = layoutFiles(amd64);
	const folder = await folderFor(t);
	mkdirSync(join(folder, 'blobs/sha256'), {recursive: true});
	for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content);
	const store = memoryStore();

	await t.throwsAsync(copy(amd64.root, layoutSource({folder}), storeSink(store, {ref: 'amd64'})), {
		instanceOf: StoreError,
		code: 'BLOB_MISSING',
	});

	t.false(store.blobs.has(amd64.root.digest));
});

test('a damaged blob of a layout is not taken', async t => {
	const folder = await layout(t, amd64);
	const [{digest: damaged} = amd64.root] = amd64.layers;
	writeFileSync(join(folder, 'blobs/sha256', damaged.slice(7)), 'LOWEST');
	const store = memoryStore();

	const error = await t.throwsAsync(copy(amd64.root, layoutSource({folder}), storeSink(store, {ref: 'amd64'})), {
		instanceOf: DigestMismatchError,
	});

	t.is(error.expected.digest, damaged);
	t.is(error.exitCode, 6);
});
