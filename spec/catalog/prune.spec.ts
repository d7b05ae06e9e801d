import {existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {images} from '../../lib/catalog/images.ts';
import {prune} from '../../lib/catalog/prune.ts';
import {usage} from '../../lib/catalog/usage.ts';
import {exportLayout} from '../../lib/export/layout.ts';
import {type Digest, digestOf, hexOf} from '../../lib/oci/digest.ts';
import type {Layer} from '../../lib/oci/image.ts';
import {ociManifest} from '../../lib/oci/media-types.ts';
import {bootID, placesKind} from '../../lib/snapshot/places.ts';
import {containerLock, containersKind} from '../../lib/store/containers.ts';
import {openStore} from '../../lib/store/open.ts';
import type {Store} from '../../lib/store/store.ts';
import {filledStore} from '../helpers/catalog.ts';
import {output, without} from '../helpers/programs.ts';
import {unless} from '../helpers/skip.ts';
import {storeImage, storeLayer} from '../helpers/stored-image.ts';

const hour = 60 * 60 * 1000;

function age(path: string, milliseconds: number) {
	const time = new Date(Date.now() - milliseconds);
	utimesSync(path, time, time);
}

/** A step's record, as the build writes it, used so long ago. */
function storeStep(
	store: Store,
	key: string,
	{layer, used = 0}: {readonly layer?: Layer; readonly used?: number} = {},
) {
	const steps = store.records('steps');
	steps.put(`part/${key}`, {version: 1, ...(layer ? {layer: {diffID: layer.diffID, content: layer.diffID}} : {})});
	if (layer) for (const kind of ['results', 'blocks']) store.records(kind).put(key, layer);
	age(steps.pathOf(`part/${key}`), used);
}

function storeBase(store: Store, name: string, layer: Layer) {
	const {descriptor} = storeImage(store, {layers: [layer]});
	const record = {reference: name, platform: 'linux/amd64', descriptor, resolved: descriptor.digest, asked: 0};
	store.records('bases').put(name, record);
	return descriptor;
}

function storeSnapshot(store: Store, name: string, boot = bootID()) {
	mkdirSync(join(store.root, 'snapshots', name, 'fs'), {recursive: true});
	writeFileSync(join(store.root, 'snapshots', name, 'fs/file'), 'x'.repeat(10_000));
	store.records(placesKind).put(`overlay/${name}`, {folder: name, boot});
}

/** app:1 from a base, with the step that made it; a step that is in no image; a base that no image needs. */
async function setUp(t: ExecutionContext) {
	const layers: Record<string, Layer> = {};
	const root = await filledStore(t, async store => {
		const [used, step, spare, other] = await Promise.all(
			['base', 'step', 'spare', 'other'].map(name => storeLayer(store, {[name]: name.repeat(1000)})),
		);
		if (!used || !step || !spare || !other) throw new Error('there are four');
		Object.assign(layers, {used, step, spare, other});
		storeBase(store, 'used', used);
		storeBase(store, 'other', other);
		const {descriptor} = storeImage(store, {layers: [used, step]});
		await store.images.tag(descriptor, 'app:1');
		store.records('provenance').put(hexOf(descriptor.digest), {steps: []});
		storeStep(store, 'kept', {layer: step, used: 100 * hour});
		storeStep(store, 'spare', {layer: spare, used: 2 * hour});
		storeSnapshot(store, 'aaaa');
		mkdirSync(join(store.root, 'logs/build1'), {recursive: true});
		writeFileSync(join(store.root, 'logs/build1/s2.log'), 'x'.repeat(10_000));
	});
	const digestIn = (name: string): Digest => layers[name]?.descriptor.digest ?? digestOf(name);
	return {root, has: (name: string) => existsSync(join(root, 'blobs/sha256', hexOf(digestIn(name)))), digestIn};
}

const filesIn = (root: string, folder: string) =>
	existsSync(join(root, folder))
		? readdirSync(join(root, folder), {withFileTypes: true, recursive: true})
				.filter(entry => entry.isFile())
				.map(({name}) => name)
				.sort()
		: [];

/** Every blob that an image of the store needs is there. */
async function isWhole(t: ExecutionContext, root: string) {
	await using store = await openStore(root);
	for (const {descriptor, name} of store.images.list()) {
		await t.notThrowsAsync(exportLayout(join(root, '../whole'), [{descriptor, names: name ? [name] : []}], store));
	}
}

test('OBS-2: prune frees what no image needs, and keeps the cache of what one does', async t => {
	const {root, has} = await setUp(t);

	await prune({root});

	t.deepEqual(['used', 'step', 'spare', 'other'].map(has), [true, true, false, false]);
	t.deepEqual(filesIn(root, 'steps'), ['kept.json']);
	t.deepEqual([filesIn(root, 'results'), filesIn(root, 'blocks')], [['kept.json'], ['kept.json']]);
	t.deepEqual(filesIn(root, 'bases'), ['used.json']);
	t.is(filesIn(root, 'layers').length, 2);
	t.is(filesIn(root, 'tocs').length, 2);
	t.deepEqual([filesIn(root, 'snapshots'), filesIn(root, 'places'), filesIn(root, 'logs')], [[], [], []]);
	await isWhole(t, root);
});

test('what du says can go is what prune frees, and afterwards nothing can', async t => {
	const {root} = await setUp(t);
	const total = (await usage({root})).find(({what}) => what === 'total');

	const {freed} = await prune({root});

	t.is(total?.reclaimable, freed);
	const after = (await usage({root})).find(({what}) => what === 'total');
	t.is(after?.reclaimable, undefined);
	t.is(after?.size, (total?.size ?? 0) - freed);
	t.deepEqual(await prune({root}), {freed: 0, removed: []});
});

test('--dry-run says the same and removes nothing', async t => {
	const {root, has} = await setUp(t);
	const said = await prune({root, dryRun: true});

	t.true(has('spare'));
	t.deepEqual(await prune({root}), said);
});

test('--logs frees only logs, --cache all but logs', async t => {
	const {root, has} = await setUp(t);

	await prune({root, only: ['logs']});
	t.deepEqual([filesIn(root, 'logs').length, has('spare')], [0, true]);

	const {removed} = await prune({root, only: ['cache']});
	t.false(has('spare'));
	t.deepEqual(removed.map(({what}) => what).sort(), ['bases', 'snapshots', 'step cache']);
});

/** A cache of RUN --mount, used so long ago. */
function storeCache(root: string, name: string, used: number) {
	mkdirSync(join(root, 'caches', name, 'files'), {recursive: true});
	writeFileSync(join(root, 'caches', name, 'files', name), 'x'.repeat(10_000));
	age(join(root, 'caches', name), used);
}

test('caches of RUN --mount go with the cache or alone, by their last use, and when they were put away (RUN-3)', async t => {
	const {root, has} = await setUp(t);
	for (const [name, used] of [
		['old', 5],
		['new', 1],
	] as const)
		storeCache(root, name, used * hour);
	storeCache(root, 'put.away', 0);

	await prune({root, only: ['logs']});
	t.deepEqual(filesIn(root, 'caches'), ['new', 'old', 'put.away']);

	await prune({root, only: ['mounts'], until: 2 * hour});
	t.deepEqual(filesIn(root, 'caches'), ['new', 'put.away']);

	const {removed} = await prune({root, only: ['mounts']});
	t.deepEqual(filesIn(root, 'caches'), ['put.away']);
	t.like(removed, [{what: 'cache mounts', count: 1}]);
	t.true(has('spare'), 'nothing else went');

	storeCache(root, 'last', 0);
	await prune({root, only: ['cache']});
	t.deepEqual(filesIn(root, 'caches'), []);
});

test('--until frees only what was not used since, be it of an image or not', async t => {
	const {root, has} = await setUp(t);

	await prune({root, until: 72 * hour});

	t.deepEqual(filesIn(root, 'steps'), ['spare.json']);
	t.true(has('spare'));
	t.true(has('other'));
	await isWhole(t, root);
});

test('--keep frees the oldest first, and no more than it has to', async t => {
	const {root, has} = await setUp(t);
	const size = (await usage({root})).find(({what}) => what === 'total')?.size ?? 0;

	await prune({root, keep: size - 1});

	t.false(has('spare'), 'used two hours ago');
	t.true(has('other'), 'used just now');
	t.is(filesIn(root, 'snapshots').length, 1);
});

test('a layer that two hold goes with the second', async t => {
	const {root, has} = await setUp(t);
	await using store = await openStore(root);
	const twin = {diffID: JSON.parse(output('cat', join(root, 'results/spare.json'))).diffID};
	store.records('steps').put('part/twin', {version: 1, layer: twin});
	await store[Symbol.asyncDispose]();

	await prune({root, until: hour});

	t.deepEqual([has('spare'), filesIn(root, 'steps').includes('twin.json')], [true, true]);
});

test('a step without a layer stays while it may be of an image', async t => {
	const {root} = await setUp(t);
	await using store = await openStore(root);
	storeStep(store, 'config', {used: hour});
	storeStep(store, 'forgotten', {used: 100 * hour});
	await store[Symbol.asyncDispose]();

	await prune({root});

	t.deepEqual(filesIn(root, 'steps'), ['config.json', 'kept.json']);
});

test('images without a name go when asked for', async t => {
	const {root} = await setUp(t);
	await using store = await openStore(root);
	await store.images.tag(storeImage(store, {created: '2026-01-02T03:04:05Z'}).descriptor);
	await store[Symbol.asyncDispose]();

	await prune({root});
	t.is((await images({root})).length, 2);
	await prune({root, all: true});
	t.deepEqual(
		(await images({root})).map(({repository}) => repository),
		['app'],
	);
});

test('the image of a failed step goes after a day; what a person called so stays', async t => {
	const {root} = await setUp(t);
	const index = JSON.parse(output('cat', join(root, 'index.json')));
	const entry = (name: string, tagged: number, mark = {}) => ({
		...index.manifests[0],
		annotations: {
			'org.opencontainers.image.ref.name': name,
			'build.strata.tagged': new Date(tagged).toISOString(),
			...mark,
		},
	});
	const failed = {'build.strata.failed': 'true'};
	index.manifests.push(
		entry('failed:k3f9w2', Date.now() - 25 * hour, failed),
		entry('failed:k3f9w3', Date.now() - 23 * hour, failed),
		entry('failed:mine', Date.now() - 25 * hour),
	);
	writeFileSync(join(root, 'index.json'), JSON.stringify(index));

	await prune({root});

	t.deepEqual((await images({root})).map(({tag}) => tag).sort(), ['1', 'k3f9w3', 'mine']);
});

test('records whose blobs are gone, blobs without a record, and what dead processes left go in every prune of the cache', async t => {
	const {root, has, digestIn} = await setUp(t);
	rmSync(join(root, 'blobs/sha256', hexOf(digestIn('spare'))));
	writeFileSync(join(root, 'blobs/sha256', hexOf(digestOf('stray'))), 'stray');
	writeFileSync(join(root, 'tmp/4194305-dead'), 'half');
	writeFileSync(join(root, 'locks/dead'), '4194305');
	await using store = await openStore(root);
	storeSnapshot(store, 'oldboot', 'another boot');
	await store[Symbol.asyncDispose]();

	await prune({root, until: 1000 * hour});

	t.deepEqual(filesIn(root, 'steps'), ['kept.json']);
	t.false(existsSync(join(root, 'blobs/sha256', hexOf(digestOf('stray')))));
	t.deepEqual([...filesIn(root, 'tmp'), ...filesIn(root, 'locks')], []);
	t.deepEqual(readdirSync(join(root, 'snapshots')), ['aaaa']);
	t.true(has('other'));
});

test('what a COPY chose in a state that nobody built from for a month is forgotten', async t => {
	const {root} = await setUp(t);
	await using store = await openStore(root);
	const memo = store.records('memo');
	for (const [key, used] of [
		['old', 31 * 24 * hour],
		['recent', 29 * 24 * hour],
	] as const) {
		memo.put(key, {digest: digestOf(key), files: 1, bytes: 1});
		age(memo.pathOf(key), used);
	}
	await store[Symbol.asyncDispose]();

	await prune({root});

	t.deepEqual(filesIn(root, 'memo'), ['recent.json']);
});

test('a store that is in use is not pruned', async t => {
	const {root, has} = await setUp(t);
	await using _ = await openStore(root);

	await t.throwsAsync(prune({root}), {code: 'STORE_IN_USE'});

	t.true(has('spare'));
});

test('the containers that use a store are told, and how they end', async t => {
	const {root} = await setUp(t);
	await using store = await openStore(root);
	await using _ = await store.lock(containerLock('4444'));
	store.records<{name: string}>(containersKind).put('4444', {name: 'try'});

	t.like(await t.throwsAsync(prune({root})), {
		code: 'STORE_IN_USE',
		notes: [`it is in ${root}`, 'the container try runs'],
		help: ['end it: strata stop try'],
	});
});

test('a store without anything is pruned to the same', async t => {
	const root = await filledStore(t, () => {});

	t.deepEqual(await prune({root}), {freed: 0, removed: []});
});

test('an image that is damaged beyond reading stops prune before it frees anything', async t => {
	const {root, has} = await setUp(t);
	await using store = await openStore(root);
	const [image] = store.images.list();
	if (!image) return t.fail();
	const path = store.blobs.pathOf(image.descriptor.digest);
	rmSync(path);
	writeFileSync(path, '{}');
	await store[Symbol.asyncDispose]();

	await t.throwsAsync(prune({root}), {code: 'DIGEST_MISMATCH'});

	t.true(has('step'));
});

test('what is no image, or lacks its config, is held as it is', async t => {
	const {root, has} = await setUp(t);
	await using store = await openStore(root);
	const chart = store.blobs.add(Buffer.from('chart'), 'application/vnd.cncf.helm.chart.content.v1.tar+gzip');
	const config = store.blobs.add(Buffer.from('{"name":"app"}'), 'application/vnd.cncf.helm.config.v1+json');
	const manifest = Buffer.from(JSON.stringify({schemaVersion: 2, mediaType: ociManifest, config, layers: [chart]}));
	await store.images.tag(store.blobs.add(manifest, ociManifest), 'chart:1');
	const bare = storeImage(store, {created: '2020-01-02T03:04:05Z'});
	await store.images.tag(bare.descriptor, 'bare:1');
	rmSync(store.blobs.pathOf(bare.manifest.config.digest));
	await store[Symbol.asyncDispose]();

	await usage({root});
	await prune({root});

	t.true(has('step'));
	for (const {digest} of [chart, config, bare.descriptor])
		t.true(existsSync(join(root, 'blobs/sha256', hexOf(digest))));
});

unless(without('skopeo'))('skopeo reads what is left', async t => {
	const {root} = await setUp(t);

	await prune({root, all: true});

	t.is(JSON.parse(output('skopeo', 'inspect', `oci:${root}:app:1`)).Layers.length, 2);
	output('skopeo', 'copy', '-q', '--insecure-policy', `oci:${root}:app:1`, `dir:${root}/../copied`);
});

unless(without('umoci'))('umoci finds no garbage in a store that was pruned', async t => {
	const {root} = await setUp(t);
	await prune({root});
	const before = filesIn(root, 'blobs');

	output('umoci', 'stat', '--image', `${root}:app:1`);
	output('umoci', 'gc', '--layout', root);

	t.is(
		before.length - filesIn(root, 'blobs').length,
		2,
		'manifest and config of the base, which umoci knows nothing of',
	);
});
