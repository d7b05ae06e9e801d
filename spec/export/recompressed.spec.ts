import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {UsageError} from '../../lib/errors.ts';
import {checkForm, inForm} from '../../lib/export/form.ts';
import {layersOf, readConfig, readManifest} from '../../lib/export/image.ts';
import {recompressedKind} from '../../lib/export/recompressed.ts';
import {hexOf} from '../../lib/oci/digest.ts';
import {ociLayer, ociLayerGzip} from '../../lib/oci/media-types.ts';
import {recordLayer} from '../../lib/store/layers.ts';
import {openStore} from '../../lib/store/open.ts';
import type {LayerRecord} from '../../lib/store/store.ts';
import {folderFor} from '../helpers/folder.ts';
import {file} from '../helpers/layer.ts';
import {storeEntries, storeImage} from '../helpers/stored-image.ts';

/** An image of a base's layer and one of ours. */
async function setUp(t: ExecutionContext) {
	const store = await openStore(join(await folderFor(t), 'store'));
	t.teardown(() => store[Symbol.asyncDispose]());
	const base = await storeEntries(store, [file('base', 'base')]);
	const ours = await storeEntries(store, [file('ours', 'ours')]);
	store.records<LayerRecord>('layers').put(hexOf(base.diffID), {diffID: base.diffID, blobs: {}});
	await recordLayer(store, {diffID: base.diffID, blobs: {registry: base.descriptor}});
	return {store, base, ours, ...storeImage(store, {layers: [base, ours]})};
}

test('only layers of ours are recompressed, unless forced; diffIDs and config stay', async t => {
	const {store, descriptor, manifest, base} = await setUp(t);

	const ours = await readManifest(await inForm(descriptor, {compression: 'uncompressed'}, {store}), store.blobs);
	const form = {compression: 'uncompressed', forceCompression: true} as const;
	const all = await readManifest(await inForm(descriptor, form, {store}), store.blobs);

	t.deepEqual(ours.layers[0], base.descriptor);
	t.deepEqual(
		ours.layers.map(({mediaType}) => mediaType),
		[ociLayerGzip, ociLayer],
	);
	t.deepEqual(
		all.layers.map(({mediaType}) => mediaType),
		[ociLayer, ociLayer],
	);
	t.deepEqual([ours.config, all.config], [manifest.config, manifest.config]);
});

test('what has the compression already stays, unless another level is asked for', async t => {
	const {store, descriptor, manifest} = await setUp(t);

	const form = {compression: 'gzip', forceCompression: true} as const;
	t.deepEqual(await inForm(descriptor, form, {store}), descriptor);
	const other = await readManifest(await inForm(descriptor, {compressionLevel: 9}, {store}), store.blobs);
	t.deepEqual(other.layers[0], manifest.layers[0]);
	t.is(other.layers[1]?.mediaType, ociLayerGzip);
});

test('nothing is recompressed twice', async t => {
	const {store, descriptor} = await setUp(t);
	const form = {compression: 'estargz'} as const;
	const [, made] = await layersOf(await inForm(descriptor, form, {store}), store.blobs);
	const state = () => {
		const {ino, mtimeNs} = statSync(store.blobs.pathOf(made?.descriptor.digest ?? descriptor.digest), {bigint: true});
		return `${ino} ${mtimeNs}`;
	};
	const before = state();

	const again = await inForm(descriptor, form, {store});

	t.is(state(), before);
	t.deepEqual((await layersOf(again, store.blobs))[1], made);
});

test('eStargz changes the diffIDs of our layers, and the config names the new ones', async t => {
	const {store, descriptor, base, ours} = await setUp(t);

	const formed = await inForm(descriptor, {compression: 'estargz'}, {store});

	const {config, layers} = await readManifest(formed, store.blobs);
	const {rootfs, ...rest} = await readConfig(config, store.blobs);
	const {rootfs: _, ...before} = await readConfig((await readManifest(descriptor, store.blobs)).config, store.blobs);
	t.deepEqual(rest, before);
	t.is(rootfs.diff_ids[0], base.diffID);
	t.not(rootfs.diff_ids[1], ours.diffID);
	t.truthy(layers[1]?.annotations?.['containerd.io/snapshot/stargz/toc.digest']);
});

test('a form that cannot be is refused before anything is done', t => {
	for (const form of [
		{compressionLevel: 10},
		{compression: 'estargz', compressionLevel: -1},
		{compression: 'uncompressed', compressionLevel: 1},
		{compression: 'zstd', compressionLevel: 23},
		{compression: 'zstd', mediaTypes: 'docker'},
	] as const) {
		t.throws(() => checkForm(form), {instanceOf: UsageError}, JSON.stringify(form));
	}
	t.notThrows(() => checkForm({compression: 'gzip', compressionLevel: 0, mediaTypes: 'docker'}));
});

test('what is stopped while it is compressed leaves nothing', async t => {
	const {store, descriptor} = await setUp(t);
	const signal = AbortSignal.abort(new Error('enough'));

	await t.throwsAsync(inForm(descriptor, {compression: 'uncompressed'}, {store, signal}), {message: 'enough'});

	t.deepEqual(readdirSync(join(store.root, 'tmp')), []);
	t.deepEqual(store.records(recompressedKind).keys(), []);
});
