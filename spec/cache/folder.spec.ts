import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {collect} from '../../lib/bytes.ts';
import {folderSink, folderSource} from '../../lib/cache/folder.ts';
import {cacheConfig, cacheManifest} from '../../lib/cache/format.ts';
import {cargoOf, loading} from '../../lib/cache/loading.ts';
import {StoreError} from '../../lib/errors.ts';
import {digestOf, hexOf} from '../../lib/oci/digest.ts';
import type {Descriptor} from '../../lib/oci/image.ts';
import {ociLayerGzip, ociManifest} from '../../lib/oci/media-types.ts';
import {openStore} from '../../lib/store/open.ts';
import {folderFor} from '../helpers/folder.ts';

async function places(t: ExecutionContext) {
	const folder = await folderFor(t);
	const store = await openStore(join(folder, 'store'));
	t.teardown(() => store[Symbol.asyncDispose]());
	const cache = join(folder, 'cache');
	return {folder: cache, sink: folderSink({folder: cache}, store), source: folderSource({folder: cache})};
}

function blob(text: string) {
	const bytes = Buffer.from(text);
	return {descriptor: {mediaType: ociLayerGzip, digest: digestOf(bytes), size: bytes.byteLength}, bytes};
}

const config = cacheConfig({steps: {}, layers: [], tocs: []});

/** Writes a cache of these texts. */
async function write(sink: Parameters<typeof loading>[0], ...texts: readonly string[]) {
	const load = loading(sink, new AbortController().signal);
	for (const text of texts) load.put(async () => cargoOf(blob(text)));
	return load.finish(config);
}

test('what is written is read, and what was there is counted', async t => {
	const {sink, source} = await places(t);

	const first = await write(sink, 'a', 'b');
	const second = await write(sink, 'a', 'b', 'c');

	t.like(first, {blobs: 3, present: 0});
	t.like(second, {blobs: 4, present: 3});
	t.deepEqual(
		(await source.resolve())?.bytes,
		cacheManifest(
			config.descriptor,
			['a', 'b', 'c'].map(text => blob(text).descriptor),
		).bytes,
	);
	t.is(String(await collect(source.open(blob('c').descriptor))), 'c');
});

test('what others took away meanwhile is put again, under the lock', async t => {
	const {sink, folder} = await places(t);
	const load = loading(sink, new AbortController().signal);
	load.put(async () => cargoOf(blob('a')));
	await load.settled();

	await write(sink, 'b');
	t.false(existsSync(join(folder, 'blobs/sha256', hexOf(blob('a').descriptor.digest))));
	await load.finish(config);

	t.true(existsSync(join(folder, 'blobs/sha256', hexOf(blob('a').descriptor.digest))));
});

test('an image of the same layout stays, also one that is called as the cache is to be', async t => {
	const {sink, folder} = await places(t);
	await write(sink, 'a');
	const image = blob('an image');
	const [path, index] = [join(folder, 'blobs/sha256', hexOf(image.descriptor.digest)), join(folder, 'index.json')];
	const named = (name: string) =>
		JSON.stringify({
			schemaVersion: 2,
			manifests: [{...image.descriptor, annotations: {'org.opencontainers.image.ref.name': name}}],
		});
	writeFileSync(path, image.bytes);
	writeFileSync(index, named('latest'));

	const error = await t.throwsAsync(write(sink, 'b'), {code: 'CACHE_FOLDER'});

	t.is(error?.message, `${folder} has something called latest that is no cache`);
	t.is(readFileSync(index, 'utf8'), named('latest'));
	writeFileSync(index, named('app'));
	await write(sink, 'b');
	t.true(existsSync(path));
});

test('what a process that died left unfinished goes after a day', async t => {
	const {sink, folder} = await places(t);
	const [dead, young] = ['.strata-0123456789abcdef', '.strata-123456789abcdef0'] as const;
	await write(sink, 'a');
	for (const name of [dead, young, '.mine']) writeFileSync(join(folder, name), '');
	for (const name of [dead, '.mine']) utimesSync(join(folder, name), 0, 0);

	await write(sink, 'b');

	t.deepEqual(
		readdirSync(folder)
			.filter(name => name.startsWith('.'))
			.toSorted(),
		['.mine', young],
	);
});

test('content that is not what its descriptor says is refused, and nothing of it stays', async t => {
	const {sink, folder} = await places(t);
	const {descriptor} = blob('a');
	const load = loading(sink, new AbortController().signal);
	load.put(async () => cargoOf({descriptor, bytes: Buffer.from('b')}));

	await t.throwsAsync(load.finish(config), {code: 'DIGEST_MISMATCH'});

	t.deepEqual(readdirSync(join(folder, 'blobs/sha256')), []);
	t.false(existsSync(join(folder, 'index.json')));
});

test('an index, a manifest and a blob are read only if they are of a size that they may have', async t => {
	const {sink, source, folder} = await places(t);
	await write(sink, 'a');
	const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as {manifests: Descriptor[]};
	const [entry] = index.manifests;

	await t.throwsAsync(collect(source.open({...blob('a').descriptor, size: 2})), {instanceOf: StoreError});
	writeFileSync(join(folder, 'index.json'), JSON.stringify({...index, manifests: [{...entry, size: 2 ** 40}]}));
	await t.throwsAsync(source.resolve(), {code: 'CACHE_DAMAGED'});
	writeFileSync(join(folder, 'index.json'), Buffer.alloc(2 ** 22 + 1, ' '));
	await t.throwsAsync(source.resolve(), {code: 'CACHE_DAMAGED'});
});

test('a blob that is not what its digest says goes, so that whoever writes puts it again', async t => {
	const {sink, source, folder} = await places(t);
	await write(sink, 'a');
	const {descriptor} = blob('a');
	const path = join(folder, 'blobs/sha256', hexOf(descriptor.digest));
	rmSync(path);
	writeFileSync(path, 'b');

	await t.throwsAsync(collect(source.open(descriptor)), {code: 'DIGEST_MISMATCH'});
	t.false(existsSync(path));
	await write(sink, 'a');

	t.is(String(await collect(source.open(descriptor))), 'a');
});

test('a folder that cannot be made is an error that says which', async t => {
	const {folder} = await places(t);
	writeFileSync(folder, 'a file');
	const store = await openStore(join(await folderFor(t), 'store'));
	t.teardown(() => store[Symbol.asyncDispose]());

	const error = await t.throwsAsync(write(folderSink({folder}, store), 'a'), {code: 'CACHE_NOT_WRITABLE'});

	t.true(error?.message.startsWith(`cannot write ${folder}: `));
});

test('a blob that is a link to what nobody may have is not it', async t => {
	const {source, folder} = await places(t);
	const descriptor = {mediaType: ociManifest, digest: digestOf('secret'), size: 6};
	mkdirSync(join(folder, 'blobs/sha256'), {recursive: true});
	writeFileSync(join(folder, 'other'), 'public');
	symlinkSync(join(folder, 'other'), join(folder, 'blobs/sha256', hexOf(descriptor.digest)));

	await t.throwsAsync(collect(source.open(descriptor)), {code: 'DIGEST_MISMATCH'});
});
