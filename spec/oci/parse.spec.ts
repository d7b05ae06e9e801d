import test from 'ava';
import {digestOf} from '../../lib/oci/digest.ts';
import {ociConfig, ociIndex, ociLayerGzip, ociManifest} from '../../lib/oci/media-types.ts';
import {parseConfig, parseIndex, parseManifest} from '../../lib/oci/parse.ts';

const config = {mediaType: ociConfig, digest: digestOf('config'), size: 6};
const layer = {mediaType: ociLayerGzip, digest: digestOf('layer'), size: 5};
const manifest = {schemaVersion: 2, mediaType: ociManifest, config, layers: [layer]};
const index = {schemaVersion: 2, mediaType: ociIndex, manifests: [{...config, mediaType: ociManifest}]};

function bytes(value: unknown): Uint8Array {
	return Buffer.from(JSON.stringify(value));
}

test('a manifest, an index and a config are read as they are', t => {
	const image = {rootfs: {type: 'layers', diff_ids: [digestOf('tar')]}, config: {Cmd: ['sh']}};

	t.deepEqual(parseManifest(bytes(manifest)) as unknown, manifest);
	t.deepEqual(parseIndex(bytes(index)) as unknown, index);
	t.deepEqual(parseConfig(bytes(image)) as unknown, image);
});

const notManifests: readonly (readonly [title: string, value: unknown])[] = [
	['an index', index],
	['a text', 'manifest'],
	['null', null],
	['a list', [manifest]],
	['another schema', {...manifest, schemaVersion: 1}],
	['another media type', {...manifest, mediaType: ociIndex}],
	['a document that is an index too (CVE-2021-41190)', {...manifest, manifests: []}],
	['a manifest without a config', {...manifest, config: undefined}],
	['a manifest without layers', {...manifest, layers: undefined}],
	['a layer without a size', {...manifest, layers: [{...layer, size: undefined}]}],
	['a layer of a negative size', {...manifest, layers: [{...layer, size: -1}]}],
	['a digest that leaves its folder', {...manifest, layers: [{...layer, digest: 'sha256:../../x'}]}],
];

for (const [title, value] of notManifests) {
	test(`${title} is no manifest`, t => {
		t.is(parseManifest(bytes(value)), undefined);
	});
}

test('a document with layers is no index', t => {
	t.is(parseIndex(bytes({...index, layers: []})), undefined);
	t.is(parseIndex(bytes(manifest)), undefined);
});

test('bytes that are no JSON are nothing', t => {
	t.is(parseIndex(Buffer.from('{"schemaVersion":2')), undefined);
});

test('a config without diffIDs is none', t => {
	t.is(parseConfig(bytes({rootfs: {type: 'layers'}})), undefined);
	t.is(parseConfig(bytes({rootfs: {type: 'layers', diff_ids: ['latest']}})), undefined);
});

test('what Go reads as an empty entry of a history is one; what it does not read is no config', t => {
	const image = {rootfs: {type: 'layers', diff_ids: []}};
	const historyOf = (history: unknown) => parseConfig(bytes({...image, history}))?.history as unknown;

	t.deepEqual(historyOf([null, {created: null, created_by: 'RUN a', empty_layer: true}]), [
		{},
		{created_by: 'RUN a', empty_layer: true},
	]);
	t.deepEqual(historyOf(null), []);
	for (const history of [{}, 'RUN a', ['RUN a'], [{created_by: 1}]]) {
		t.is(parseConfig(bytes({...image, history})), undefined, JSON.stringify(history));
	}
});
