import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {collect} from '../../lib/bytes.ts';
import {UsageError} from '../../lib/errors.ts';
import {inForm} from '../../lib/export/form.ts';
import {readManifest} from '../../lib/export/image.ts';
import type {Descriptor} from '../../lib/oci/image.ts';
import {
	dockerConfig,
	dockerLayerGzip,
	dockerManifest,
	dockerManifestList,
	ociLayerZstd,
	ociManifest,
} from '../../lib/oci/media-types.ts';
import {parseIndex} from '../../lib/oci/parse.ts';
import {openStore} from '../../lib/store/open.ts';
import {folderFor} from '../helpers/folder.ts';
import {storeImage, storeIndex, storeLayer} from '../helpers/stored-image.ts';

async function setUp(t: ExecutionContext) {
	const store = await openStore(join(await folderFor(t), 'store'));
	t.teardown(() => store[Symbol.asyncDispose]());
	return {store, layer: await storeLayer(store, {hello: 'hello'})};
}

test('OUT-1: docker media types rename manifest, config and layers, and change no other byte', async t => {
	const {store, layer} = await setUp(t);
	const {descriptor, manifest} = storeImage(store, {layers: [layer]});

	const formed = await inForm(descriptor, {mediaTypes: 'docker'}, {store});

	t.is(formed.mediaType, dockerManifest);
	const renamed = await readManifest(formed, store.blobs);
	t.deepEqual(renamed, {
		...manifest,
		mediaType: dockerManifest,
		config: {...manifest.config, mediaType: dockerConfig},
		layers: [{...layer.descriptor, mediaType: dockerLayerGzip}],
	});
	t.deepEqual(await inForm(formed, {mediaTypes: 'oci'}, {store}), descriptor);
});

test('an image that has the form already stays what it is', async t => {
	const {store, layer} = await setUp(t);
	const {descriptor} = storeImage(store, {layers: [layer]});

	t.is(await inForm(descriptor, {mediaTypes: 'oci'}, {store}), descriptor);
	t.is(await inForm(descriptor, {}, {store}), descriptor);
});

test('each image of an index gets the form; an attestation stays, and names the image that there is now', async t => {
	const {store, layer} = await setUp(t);
	const image = storeImage(store, {layers: [layer]});
	const attestation = storeImage(store);
	const plain = parseIndex(await collect(store.blobs.open(storeIndex(store, {'linux/amd64': image}))));
	const reference = {
		'vnd.docker.reference.type': 'attestation-manifest',
		'vnd.docker.reference.digest': image.descriptor.digest,
	};
	const unknown = {os: 'unknown', architecture: 'unknown'};
	const entry: Descriptor = {...attestation.descriptor, platform: unknown, annotations: reference};
	const index = {...plain, manifests: [...(plain?.manifests ?? []), entry]};
	const root = store.blobs.add(Buffer.from(JSON.stringify(index)), plain?.mediaType ?? '');

	const formed = await inForm(root, {mediaTypes: 'docker'}, {store});

	t.is(formed.mediaType, dockerManifestList);
	const [first, second] = parseIndex(await collect(store.blobs.open(formed)))?.manifests ?? [];
	t.is(first?.mediaType, dockerManifest);
	t.deepEqual(first?.platform, {os: 'linux', architecture: 'amd64'});
	t.is(second?.mediaType, ociManifest);
	t.is(second?.digest, attestation.descriptor.digest);
	t.is(second?.annotations?.['vnd.docker.reference.digest'], first?.digest);
});

test('docker has no media type for zstd: that is said', async t => {
	const {store, layer} = await setUp(t);
	const zstd = {...layer, descriptor: {...layer.descriptor, mediaType: ociLayerZstd}};
	const {descriptor} = storeImage(store, {layers: [zstd]});

	const error = await t.throwsAsync(inForm(descriptor, {mediaTypes: 'docker'}, {store}), {instanceOf: UsageError});

	t.is(error?.message, `docker's media types have none for ${ociLayerZstd}`);
});
