import {readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import {stepCache} from '../../lib/build/cache.ts';
import {UsageError} from '../../lib/errors.ts';
import {layersOf, readConfig, readManifest} from '../../lib/export/image.ts';
import {loadArchive} from '../../lib/import/load.ts';
import {type DiffID, digestOf} from '../../lib/oci/digest.ts';
import {ociLayer, ociLayerGzip} from '../../lib/oci/media-types.ts';
import {storedBlob} from '../../lib/store/layers.ts';
import {openStore} from '../../lib/store/open.ts';
import {folderFor} from '../helpers/folder.ts';
import {imageOf, indexOf, layoutFiles, type TestImage} from '../helpers/image.ts';
import {type TestMember, tarOf} from '../helpers/tar.ts';

async function setUp(t: ExecutionContext) {
	const folder = await folderFor(t);
	const store = await openStore(join(folder, 'store'));
	t.teardown(() => store[Symbol.asyncDispose]());
	const load = (members: readonly TestMember[], pack = (tar: Buffer) => tar) => {
		const file = join(folder, 'in.tar');
		writeFileSync(file, pack(tarOf(members)));
		return loadArchive(file, 'in.tar', store);
	};
	const contents = () => [
		...store.images.list(),
		...readdirSync(join(store.root, 'blobs/sha256')),
		...readdirSync(join(store.root, 'tmp')),
	];
	return {folder, store, load, contents};
}

const layer = tarOf([{name: 'hello', content: 'hello'}]);
const other = tarOf([{name: 'other', content: 'other'}]);
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const files = (content: Readonly<Record<string, string | Buffer>>): TestMember[] =>
	Object.entries(content).map(([name, text]) => ({name, content: text}));

/** An archive as docker wrote it from 1.10 to 24. */
function dockerArchive(change: object = {}, content: Readonly<Record<string, Buffer>> = {}): TestMember[] {
	const config = json({
		...{os: 'linux', architecture: 'amd64', config: {Cmd: ['/hello']}, history: [{created_by: 'a'}, {created_by: 'b'}]},
		rootfs: {type: 'layers', diff_ids: [digestOf(layer), digestOf(other)]},
	});
	const entry = {
		Config: 'config.json',
		RepoTags: ['app:1', 'localhost:5000/app:2'],
		Layers: ['a/layer.tar', 'b/layer.tar'],
		...change,
	};
	return files({
		'a/layer.tar': layer,
		'b/layer.tar': other,
		'config.json': config,
		'manifest.json': json([entry]),
		...content,
	});
}

function layoutTar(image: TestImage, annotations?: Record<string, string>): TestMember[] {
	return files(layoutFiles(image, annotations));
}

test('IMG-3: an archive of docker becomes an image with its config, its layers as they are, and its names', async t => {
	const {store, load} = await setUp(t);

	const [loaded] = await load(dockerArchive());

	t.deepEqual(loaded?.names, ['app:1', 'localhost:5000/app:2']);
	const image = store.images.find('app:1');
	if (!image) return t.fail();
	const {config, layers} = await readManifest(image.descriptor, store.blobs);
	t.deepEqual((await readConfig(config, store.blobs)).config, {Cmd: ['/hello']});
	t.deepEqual(
		layers.map(({mediaType, digest}) => [mediaType, digest]),
		[
			[ociLayer, digestOf(layer)],
			[ociLayer, digestOf(other)],
		],
	);
});

test('layers in gzip stay so; one that the store has is not taken a second time', async t => {
	const {store, load} = await setUp(t);
	const packed = gzipSync(layer);

	await load(dockerArchive({RepoTags: ['one:1']}, {'a/layer.tar': packed}));
	await load(dockerArchive({RepoTags: ['two:1']}));

	for (const name of ['one:1', 'two:1']) {
		const image = store.images.find(name);
		const [first] = image ? await layersOf(image.descriptor, store.blobs) : [];
		t.deepEqual(first?.descriptor, {mediaType: ociLayerGzip, digest: digestOf(packed), size: packed.length}, name);
	}
});

test('an OCI archive that lies about a layer has no say in other images that have it', async t => {
	const {store, load} = await setUp(t);
	const liar = imageOf('linux/amd64', [layer], ociLayer, [digestOf(other) as string as DiffID]);

	await load(layoutTar(liar));
	await load(dockerArchive({RepoTags: ['good:1']}));

	const image = store.images.find('good:1');
	const layers = image ? await layersOf(image.descriptor, store.blobs) : [];
	t.deepEqual(
		layers.map(({descriptor}) => descriptor.digest as string),
		[digestOf(layer), digestOf(other)],
	);
	const diffID = digestOf(other) as string as DiffID;
	t.is(storedBlob(store, diffID)?.digest, digestOf(other));
});

test('what only the config of an image says to be a layer is no step of the cache', async t => {
	const {store, load} = await setUp(t);
	const diffID = digestOf(other) as string as DiffID;
	const slot = {file: 'Dockerfile', stage: '0', label: '1/1', text: 'COPY . .'};
	const record = {slot, created: '', parent: digestOf('parent'), layer: {diffID, content: digestOf('content')}};

	await load(layoutTar(imageOf('linux/amd64', [layer], ociLayer, [diffID])));

	const cache = stepCache(store);
	cache.keep({kind: 'COPY'}, record, true);
	t.is(await cache.find({kind: 'COPY'}, record.parent), undefined);
	t.is(storedBlob(store, diffID)?.digest, digestOf(layer));
});

test('a layer that is a link to another, as docker saves what it has twice', async t => {
	const {load, store} = await setUp(t);
	const twice = json({
		os: 'linux',
		architecture: 'amd64',
		rootfs: {type: 'layers', diff_ids: [digestOf(layer), digestOf(layer)]},
	});
	const members = dockerArchive({}, {'config.json': twice}).filter(({name}) => name !== 'b/layer.tar');

	await load([...members, {name: 'b/layer.tar', type: 'symlink', linkname: '../a/layer.tar'}]);

	const image = store.images.find('app:1');
	t.is(image && (await readManifest(image.descriptor, store.blobs)).layers.length, 2);
});

test('an archive of docker before 1.10: layers by their parents, names in repositories', async t => {
	const {load, store} = await setUp(t);
	const [below, top] = ['a'.repeat(64), 'b'.repeat(64)];
	const json1 = {id: below, created: '2015-01-01T00:00:00Z', container_config: {Cmd: ['/bin/sh', '-c', 'ADD a /']}};
	const json2 = {
		id: top,
		parent: below,
		created: '2015-01-02T00:00:00Z',
		architecture: 'amd64',
		os: 'linux',
		config: {Cmd: ['/x']},
	};

	const [loaded] = await load(
		files({
			[`${below}/json`]: json(json1),
			[`${below}/layer.tar`]: layer,
			[`${top}/json`]: json(json2),
			[`${top}/layer.tar`]: other,
			repositories: json({'old/app': {'1': top, latest: top}}),
		}),
	);

	t.deepEqual(loaded?.names, ['old/app:1', 'old/app:latest']);
	const image = store.images.find('old/app:1');
	if (!image) return t.fail();
	const config = await readConfig((await readManifest(image.descriptor, store.blobs)).config, store.blobs);
	t.deepEqual(config.rootfs.diff_ids as readonly string[], [digestOf(layer), digestOf(other)]);
	t.deepEqual(config.config, {Cmd: ['/x']});
	t.is(config.history?.[0]?.created_by, '/bin/sh -c ADD a /');
});

test('an OCI archive keeps its digests; a name in full is preferred to a tag alone', async t => {
	const {load, store} = await setUp(t);
	const image = imageOf('linux/amd64', [layer]);
	const annotations = {
		'org.opencontainers.image.ref.name': 'latest',
		'io.containerd.image.name': 'docker.io/library/redis:latest',
	};

	const [loaded] = await load(layoutTar(image, annotations));

	t.deepEqual(loaded, {digest: image.root.digest, names: ['redis:latest']});
	t.is(store.images.find('redis:latest')?.descriptor.digest, image.root.digest);
});

test('a name that a layout may have and an image not costs the image nothing else', async t => {
	const {load, store} = await setUp(t);
	const image = imageOf('linux/amd64', [layer]);
	const {'index.json': _, ...rest} = layoutFiles(image);
	const names = ['MyApp', `app@${image.root.digest}`, 'app:1'];
	const manifests = names.map(name => ({...image.root, annotations: {'org.opencontainers.image.ref.name': name}}));

	const [loaded] = await load(files({...rest, 'index.json': json({schemaVersion: 2, manifests})}));

	t.deepEqual(loaded, {digest: image.root.digest, names: ['app:1'], otherNames: names.slice(0, 2)});
	t.deepEqual(
		store.images.list().map(({name}) => name),
		['app:1'],
	);
});

test('names that are one here are told once', async t => {
	const {load} = await setUp(t);
	const image = imageOf('linux/amd64', [layer]);
	const {'index.json': _, ...rest} = layoutFiles(image);
	const manifests = ['app:latest', 'app'].map(name => ({
		...image.root,
		annotations: {'org.opencontainers.image.ref.name': name},
	}));

	const [loaded] = await load(files({...rest, 'index.json': json({schemaVersion: 2, manifests})}));

	t.deepEqual(loaded, {digest: image.root.digest, names: ['app:latest']});
});

test('an index comes with the platforms that are there, and unnamed without a name', async t => {
	const {load, store} = await setUp(t);
	const [amd64, arm64] = [imageOf('linux/amd64', [layer]), imageOf('linux/arm64', [other])];
	const index = indexOf({'linux/amd64': amd64, 'linux/arm64': arm64});
	const isOfArm64 = (name: string) => [...arm64.blobs.keys()].some(digest => name.endsWith(digest.slice(7)));

	const [whole] = await load(layoutTar(index));
	const [partly] = await load(layoutTar(index).filter(({name}) => !isOfArm64(String(name))));

	t.deepEqual(
		[whole, partly],
		[
			{digest: index.root.digest, names: []},
			{digest: index.root.digest, names: []},
		],
	);
	t.is(store.images.list().length, 1);
});

test('what indexes name again and again is visited once', async t => {
	const {load} = await setUp(t);
	let index = imageOf('linux/amd64', [layer]);
	for (let level = 0; level < 40; level++) index = indexOf({'linux/amd64': index, 'linux/arm64': index});

	t.is((await load(layoutTar(index))).length, 1);
});

test('a compressed archive is read, whatever it is called', async t => {
	const {load} = await setUp(t);

	t.is((await load(dockerArchive(), gzipSync)).length, 1);
});

const image = imageOf('linux/amd64', [layer]);
const blobName = (digest: string) => `blobs/sha256/${digest.slice('sha256:'.length)}`;
const [ownLayer] = image.layers;

const malformed: Readonly<Record<string, readonly [members: readonly TestMember[], reason: RegExp]>> = {
	'no image at all': [files({'etc/passwd': 'root'}), /it has no index\.json, no manifest\.json and no repositories/],
	'a name that leaves the archive': [
		[...dockerArchive(), {name: '../evil', content: 'x'}],
		/entry "\.\.\/evil" leaves the root/,
	],
	'an absolute name': [[...dockerArchive(), {name: '/etc/evil', content: 'x'}], /entry "\/etc\/evil" leaves the root/],
	'a link that leaves the archive': [
		[...dockerArchive(), {name: 'c/layer.tar', type: 'symlink', linkname: '../../../etc/passwd'}],
		/entry "c\/layer\.tar" leaves the root/,
	],
	'an absolute link': [
		[...dockerArchive(), {name: 'c', type: 'symlink', linkname: '/etc/passwd'}],
		/entry "c" leaves the root/,
	],
	'a loop of links': [
		[
			...dockerArchive({Config: 'x'}),
			{name: 'x', type: 'symlink', linkname: 'y'},
			{name: 'y', type: 'symlink', linkname: 'x'},
		],
		/"x" lies behind a loop of links/,
	],
	'a layer that is missing': [dockerArchive({Layers: ['a/layer.tar', 'c/layer.tar']}), /it has no layer c\/layer\.tar/],
	'a layer that is another': [
		dockerArchive({Layers: ['b/layer.tar', 'a/layer.tar']}),
		/its layer b\/layer\.tar is not what the config says/,
	],
	'a layer that leaves its root': [
		dockerArchive({}, {'b/layer.tar': tarOf([{name: '../up', content: 'x'}])}),
		/its layer b\/layer\.tar: entry "\.\.\/up" leaves the root/,
	],
	'half a layer': [
		dockerArchive({}, {'b/layer.tar': other.subarray(0, 700)}),
		/its layer b\/layer\.tar: it ends too early/,
	],
	'fewer layers than the config says': [
		dockerArchive({Layers: ['a/layer.tar']}),
		/a config that does not fit its layers/,
	],
	'a config that is none': [
		dockerArchive({}, {'config.json': Buffer.from('{}')}),
		/a config that does not fit its layers/,
	],
	'a manifest that is none': [
		dockerArchive({}, {'manifest.json': Buffer.from('{')}),
		/its manifest\.json is no list of images/,
	],
	'a manifest without a config': [dockerArchive({Config: 1}), /its manifest\.json names no config, or no layers/],
	'a name that is none': [
		dockerArchive({RepoTags: ['good:1', 'BAD NAME']}),
		/it names an image "BAD NAME", which is no name/,
	],
	'a blob that is missing': [
		layoutTar(image).filter(({name}) => name !== blobName(ownLayer?.digest ?? '')),
		new RegExp(`it has no blob ${ownLayer?.digest}`),
	],
	'a blob that is another': [
		layoutTar(image).map(member =>
			member.name === blobName(ownLayer?.digest ?? '') ? {...member, content: other} : member,
		),
		/is not what its digest says/,
	],
	'an index that is none': [
		files({...layoutFiles(image), 'index.json': '{"manifests": 1}'}),
		/its index\.json is no index of images/,
	],
	'an old layer that is its own parent': [
		files({[`${'a'.repeat(64)}/json`]: json({parent: 'a'.repeat(64)}), repositories: json({app: {a: 'a'.repeat(64)}})}),
		/is its own parent/,
	],
	'an old layer whose id is a path': [
		files({repositories: json({app: {a: '../../etc'}})}),
		/"\.\.\/\.\.\/etc" is no id of a layer/,
	],
};

for (const [title, [members, reason]] of Object.entries(malformed)) {
	test(`${title}: refused with the reason, and nothing of it is kept`, async t => {
		const {load, contents} = await setUp(t);

		const error = await t.throwsAsync(load(members), {instanceOf: UsageError, code: 'BAD_ARCHIVE'});

		t.regex(error?.message ?? '', /^cannot load in\.tar: /);
		t.regex(error?.message ?? '', reason);
		t.deepEqual(contents(), []);
	});
}

test('half an archive is refused', async t => {
	const {load, contents} = await setUp(t);

	const work = load(dockerArchive(), tar => gzipSync(tar).subarray(0, 200));
	const error = await t.throwsAsync(work, {instanceOf: UsageError});

	t.regex(error?.message ?? '', /it ends too early/);
	t.deepEqual(contents(), []);
});
