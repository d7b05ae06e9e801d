import test from 'ava';
import {imageManifest} from '../../lib/image/manifest.ts';
import {type DiffID, digestOf} from '../../lib/oci/digest.ts';
import type {Layer} from '../../lib/oci/image.ts';
import {
	dockerLayer,
	dockerLayerGzip,
	ociConfig,
	ociLayer,
	ociLayerGzip,
	ociLayerZstd,
	ociManifest,
} from '../../lib/oci/media-types.ts';

const config = {mediaType: ociConfig, digest: digestOf('{}'), size: 2};

function layer(mediaType: string, rest: object = {}): Layer {
	const digest = digestOf(mediaType);
	return {descriptor: {mediaType, digest, size: 7, ...rest}, diffID: digest as string as DiffID};
}

test('a manifest names its config and its layers, the lowest first', t => {
	const layers = [layer(ociLayerGzip), layer(ociLayerZstd)];

	t.deepEqual(imageManifest(config, layers), {
		schemaVersion: 2,
		mediaType: ociManifest,
		config,
		layers: layers.map(({descriptor}) => descriptor),
	});
});

test("a layer of docker's format keeps its bytes and gets the OCI name of it", t => {
	const taken = imageManifest(config, [layer(dockerLayerGzip), layer(dockerLayer)]).layers;

	t.deepEqual(taken, [
		{mediaType: ociLayerGzip, digest: digestOf(dockerLayerGzip), size: 7},
		{mediaType: ociLayer, digest: digestOf(dockerLayer), size: 7},
	]);
});

test('a layer keeps its annotations, such as the table of an eStargz; where else it can be had stays with its registry', t => {
	const [taken] = imageManifest(config, [layer(ociLayerGzip, {annotations: {a: 'b'}, urls: ['https://x']})]).layers;

	t.deepEqual(Object.keys(taken ?? {}), ['mediaType', 'digest', 'size', 'annotations']);
	t.deepEqual(taken?.annotations, {a: 'b'});
});
