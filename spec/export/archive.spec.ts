import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import test, {type ExecutionContext} from 'ava';
import {collect} from '../../lib/bytes.ts';
import {StoreError} from '../../lib/errors.ts';
import {exportArchive} from '../../lib/export/archive.ts';
import {exportDockerArchive} from '../../lib/export/docker-archive.ts';
import {hexOf} from '../../lib/oci/digest.ts';
import {openStore} from '../../lib/store/open.ts';
import {folderFor} from '../helpers/folder.ts';
import {output, without} from '../helpers/programs.ts';
import {unless} from '../helpers/skip.ts';
import {storeImage, storeIndex, storeLayer} from '../helpers/stored-image.ts';

async function setUp(t: ExecutionContext) {
	const folder = await folderFor(t);
	const store = await openStore(join(folder, 'store'));
	t.teardown(() => store[Symbol.asyncDispose]());
	const layer = await storeLayer(store, {hello: 'hello'});
	return {store, layer, ...storeImage(store, {layers: [layer, layer]}), file: join(folder, 'out.tar'), folder};
}

const list = (file: string) => output('tar', '-tf', file).trim().split('\n');
const member = (file: string, name: string) => JSON.parse(output('tar', '-xOf', file, name)) as never;

unless(without('tar'))(
	'OUT-1: an OCI archive is a layout in a tar, each blob once, described before it comes',
	async t => {
		const {store, descriptor, manifest, layer, file} = await setUp(t);

		const size = await exportArchive(file, {descriptor, names: ['app:latest']}, store);

		const blobs = [descriptor, manifest.config, layer.descriptor].map(({digest}) => `blobs/sha256/${hexOf(digest)}`);
		t.deepEqual(list(file), ['oci-layout', 'index.json', 'blobs/', 'blobs/sha256/', ...blobs]);
		t.is(readFileSync(file).length, size);
	},
);

test('REP-4: the same image and name make the same archive', async t => {
	const {store, descriptor, file} = await setUp(t);
	const image = {descriptor, names: ['app:1']};

	await exportArchive(file, image, store);
	await exportArchive(`${file}2`, image, store);

	t.deepEqual(readFileSync(file), readFileSync(`${file}2`));
});

unless(without('tar'))('OUT-2: a docker archive names the same blobs in manifest.json and in index.json', async t => {
	const {store, descriptor, manifest, layer, file} = await setUp(t);

	await exportDockerArchive(file, {descriptor, names: ['redis:latest', 'localhost:5000/app:1.4']}, store);

	const path = (digest: typeof descriptor.digest) => `blobs/sha256/${hexOf(digest)}`;
	const layers = [path(layer.descriptor.digest), path(layer.descriptor.digest)];
	const tags = ['docker.io/library/redis:latest', 'localhost:5000/app:1.4'];
	t.deepEqual(member(file, 'manifest.json'), [{Config: path(manifest.config.digest), RepoTags: tags, Layers: layers}]);
	t.like(member(file, 'index.json'), {
		manifests: {length: 2, 0: {digest: descriptor.digest}, 1: {digest: descriptor.digest}},
	});
});

unless(without('tar'))('of several platforms a docker archive holds this machine’s', async t => {
	const {store, file} = await setUp(t);
	const [amd64, arm64] = ['linux/amd64', 'linux/arm64'].map(platform => storeImage(store, {platform}));
	if (!amd64 || !arm64) return t.fail();
	const descriptor = storeIndex(store, {'linux/arm64': arm64, 'linux/amd64': amd64});

	await exportDockerArchive(file, {descriptor, names: ['app:1']}, store);

	const ours = process.arch === 'arm64' ? arm64 : amd64;
	t.like(member(file, 'index.json'), {manifests: {length: 1, 0: {digest: ours.descriptor.digest}}});
});

test('an archive to a stream leaves the stream open', async t => {
	const {store, descriptor} = await setUp(t);
	const stream = new PassThrough();
	const received = collect(stream);

	const size = await exportArchive(stream, {descriptor, names: []}, store);

	t.true(stream.writable);
	stream.end();
	t.is((await received).length, size);
});

test('OUT-9: a damaged blob leaves the file that was there, and nothing beside it', async t => {
	const {store, descriptor, manifest, folder, file} = await setUp(t);
	writeFileSync(file, 'before');
	const {digest, size} = manifest.config;
	store.blobs.adopt(damagedFile(store.temporary(), size), digest);

	await t.throwsAsync(exportArchive(file, {descriptor, names: []}, store), {code: 'DIGEST_MISMATCH'});

	t.is(readFileSync(file, 'utf8'), 'before');
	t.deepEqual(readdirSync(folder).sort(), ['out.tar', 'store']);
});

test('a place that cannot be written is named with its reason', async t => {
	const {store, descriptor, folder} = await setUp(t);
	const file = join(folder, 'absent/out.tar');

	const error = await t.throwsAsync(exportArchive(file, {descriptor, names: []}, store), {instanceOf: StoreError});

	t.is(error?.message, `cannot write ${file}: its folder is not there`);
});

test('a device is written to, not replaced', async t => {
	const {store, descriptor} = await setUp(t);

	await t.notThrowsAsync(exportArchive('/dev/null', {descriptor, names: []}, store));

	t.is(output('stat', '-c', '%F', '/dev/null').trim(), 'character special file');
});

function damagedFile(path: string, size: number): string {
	writeFileSync(path, Buffer.alloc(size));
	return path;
}
