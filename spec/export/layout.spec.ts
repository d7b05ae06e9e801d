import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {StoreError, UsageError} from '../../lib/errors.ts';
import {contentsOf} from '../../lib/export/image.ts';
import {exportLayout, layoutSink} from '../../lib/export/layout.ts';
import {hexOf} from '../../lib/oci/digest.ts';
import type {Index} from '../../lib/oci/image.ts';
import {nameOf} from '../../lib/oci/layout.ts';
import {lockFile} from '../../lib/store/locks.ts';
import {openStore} from '../../lib/store/open.ts';
import {hasCorpus} from '../helpers/corpus.ts';
import {folderFor} from '../helpers/folder.ts';
import {validateAgainst} from '../helpers/schema.ts';
import {unless} from '../helpers/skip.ts';
import {storeImage, storeIndex, storeLayer} from '../helpers/stored-image.ts';

async function setUp(t: ExecutionContext) {
	const folder = await folderFor(t);
	const store = await openStore(join(folder, 'store'));
	t.teardown(() => store[Symbol.asyncDispose]());
	const {descriptor} = storeImage(store, {layers: [await storeLayer(store, {hello: 'hello'})]});
	return {store, descriptor, out: join(folder, 'out')};
}

const readIndex = (dir: string) => JSON.parse(readFileSync(join(dir, 'index.json'), 'utf8')) as Index;

test('OUT-1: a layout of its own holds every blob of the image, read-only, and nothing else', async t => {
	const {store, descriptor, out} = await setUp(t);

	await exportLayout(out, [{descriptor, names: ['app:1']}], store);

	t.deepEqual(readdirSync(out).sort(), ['blobs', 'index.json', 'oci-layout']);
	const blobs = readdirSync(join(out, 'blobs/sha256'));
	t.deepEqual(blobs.sort(), readdirSync(join(store.root, 'blobs/sha256')).sort());
	for (const blob of blobs) t.is(statSync(join(out, 'blobs/sha256', blob)).mode & 0o777, 0o444);
});

test('every platform of an index comes along', async t => {
	const {store, out} = await setUp(t);
	const amd64 = storeImage(store, {layers: [await storeLayer(store, {a: 'amd64'})]});
	const arm64 = storeImage(store, {layers: [await storeLayer(store, {a: 'arm64'})], platform: 'linux/arm64'});

	await exportLayout(
		out,
		[{descriptor: storeIndex(store, {'linux/amd64': amd64, 'linux/arm64': arm64}), names: ['app:1']}],
		store,
	);

	t.is(readdirSync(join(out, 'blobs/sha256')).length, 1 + 2 * 3);
});

test('OUT-9: a second export appends, and takes over a name it brings', async t => {
	const {store, descriptor, out} = await setUp(t);
	const other = storeImage(store, {layers: [await storeLayer(store, {other: 'other'})]}).descriptor;

	await exportLayout(out, [{descriptor, names: ['app:1', 'app:latest']}], store);
	await exportLayout(out, [{descriptor: other, names: ['app:latest']}], store);

	const entries = readIndex(out).manifests.map(entry => [nameOf(entry), entry.digest]);
	t.deepEqual(entries, [
		['app:1', descriptor.digest],
		['app:latest', other.digest],
		['app', other.digest],
	]);
});

test('two exports into one folder at the same time lose nothing', async t => {
	const {store, descriptor, out} = await setUp(t);
	const names = Array.from({length: 8}, (_, at) => `app:${at}`);

	await Promise.all(names.map(name => exportLayout(out, [{descriptor, names: [name]}], store)));

	t.deepEqual(readIndex(out).manifests.map(nameOf).sort(), names);
});

test('exports from two stores into one folder wait for each other, and leave nothing behind', async t => {
	const {store, descriptor, out} = await setUp(t);
	const others = await setUp(t);
	const names = Array.from({length: 8}, (_, at) => `app:${at}`);
	const from = (at: number) => (at % 2 === 0 ? {store, descriptor} : others);
	mkdirSync(out);
	const lock = await lockFile(join(out, '.lock'));

	const exports = Promise.all(
		names.map((name, at) => exportLayout(out, [{descriptor: from(at).descriptor, names: [name]}], from(at).store)),
	);
	await exportLayout(`${out}-free`, [{descriptor, names}], store);
	t.false(existsSync(join(out, 'index.json')));
	await lock[Symbol.asyncDispose]();
	await exports;

	t.deepEqual(readIndex(out).manifests.map(nameOf).sort(), names);
	t.deepEqual(readdirSync(out).sort(), ['blobs', 'index.json', 'oci-layout']);
});

test('what one that was killed left in a new folder does not make it another’s', async t => {
	const {store, descriptor, out} = await setUp(t);
	mkdirSync(out);
	for (const name of ['.lock', '.strata-0123456789abcdef']) writeFileSync(join(out, name), '');

	await exportLayout(out, [{descriptor, names: ['app:1']}], store);

	t.deepEqual(readIndex(out).manifests.map(nameOf), ['app:1']);
});

test('a folder with other things in it is refused, and left as it was', async t => {
	const {store, descriptor, out} = await setUp(t);
	mkdirSync(out);
	writeFileSync(join(out, 'thesis.tex'), '');

	const error = await t.throwsAsync(exportLayout(out, [{descriptor, names: []}], store), {instanceOf: UsageError});

	t.is(error?.message, `${out} is not empty, and not an OCI layout`);
	t.deepEqual(readdirSync(out), ['thesis.tex']);
});

test('a place that is a file is refused', async t => {
	const {store, descriptor, out} = await setUp(t);
	writeFileSync(out, '');

	const error = await t.throwsAsync(exportLayout(out, [{descriptor, names: []}], store), {instanceOf: StoreError});

	t.is(error?.message, `cannot write ${out}: it is there, and not a folder`);
});

test('an image whose layer is gone from the store is not exported, and its name is not given', async t => {
	const {store, out} = await setUp(t);
	const layer = await storeLayer(store, {gone: 'gone'});
	const {descriptor} = storeImage(store, {layers: [layer]});
	chmodSync(store.blobs.pathOf(layer.descriptor.digest), 0o644);
	rmSync(store.blobs.pathOf(layer.descriptor.digest));

	await t.throwsAsync(exportLayout(out, [{descriptor, names: ['app:1']}], store), {instanceOf: StoreError});

	t.throws(() => readIndex(out), {code: 'ENOENT'});
});

test('a blob that others took away before an index named it is put again', async t => {
	const {store, descriptor, out} = await setUp(t);
	const sink = layoutSink({folder: out}, {ref: 'app'});
	const {signal} = new AbortController();
	const [config] = await contentsOf(descriptor, store.blobs).then(all => all.slice(1));
	if (!config) throw new Error('there is no config');
	const path = join(out, 'blobs/sha256', hexOf(config.digest));

	await sink.take(config, store.blobs, signal);
	rmSync(path);
	await sink.takeRoot(descriptor, store.blobs, signal);

	t.true(existsSync(path));
	t.is(readIndex(out).manifests[0]?.digest, descriptor.digest);
});

unless(hasCorpus ? undefined : 'no corpus')('the layout is what the image specification says', async t => {
	const {store, descriptor, out} = await setUp(t);

	await exportLayout(out, [{descriptor, names: ['redis:latest']}], store);

	t.deepEqual(validateAgainst('image-index', readIndex(out)), []);
	t.deepEqual(validateAgainst('image-layout', JSON.parse(readFileSync(join(out, 'oci-layout'), 'utf8'))), []);
	t.not(validateAgainst('image-index', {schemaVersion: 1}).length, 0);
});
