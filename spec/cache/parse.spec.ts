import test from 'ava';
import {type CacheConfig, cacheConfig, inlineKey, tocType} from '../../lib/cache/format.ts';
import {parseCacheConfig, parseInlineCache} from '../../lib/cache/parse.ts';
import {type DiffID, digestOf} from '../../lib/oci/digest.ts';
import {ociLayerGzip} from '../../lib/oci/media-types.ts';
import type {StepRecord} from '../../lib/store/store.ts';

const hex = '0'.repeat(64);
const key = `${hex}/${hex}`;
const diffID = digestOf('layer') as string as DiffID;
const step: StepRecord = {
	version: 1,
	slot: {file: 'Dockerfile', stage: 'stage0', label: '2/2', text: 'RUN make'},
	fields: {kind: digestOf('run')},
	parent: digestOf('parent'),
	created: '2026-01-02T03:04:05.678Z',
	layer: {diffID, content: digestOf('content')},
};
const descriptor = {mediaType: ociLayerGzip, digest: digestOf('blob'), size: 1};
const config: CacheConfig = {
	version: 1,
	steps: {[key]: step},
	layers: [{diffID, descriptor}],
	tocs: [{diffID, descriptor: {...descriptor, mediaType: tocType}}],
};

function parsed(value: unknown) {
	return parseCacheConfig(Buffer.from(JSON.stringify(value)));
}

test('what is written is read', t => {
	const {bytes} = cacheConfig(config);

	t.deepEqual(parseCacheConfig(bytes), config);
});

test('what is not known is left behind', t => {
	const more = {...config, more: 1, steps: {[key]: {...step, more: 1, slot: {...step.slot, more: 1}}}};

	t.deepEqual(parsed(more), config);
});

/** A config with one step that is not as it should be. */
function withStep(change: object, name = key): object {
	return {...config, steps: {[name]: {...step, ...change}}};
}

const refused: Readonly<Record<string, unknown>> = {
	'no object': [],
	'another version': {...config, version: 2},
	'no steps': {...config, steps: undefined},
	'no layers': {...config, layers: {}},
	'no tocs': {...config, tocs: undefined},
	'a key that leaves its folder': withStep({}, `../${hex}`),
	'a key that is a path': withStep({}, `${hex}/../../blobs/sha256/${hex}`),
	'a key with a zero byte': withStep({}, `${key}\0`),
	'a key of another kind': withStep({}, hex),
	'a step that is none': {...config, steps: {[key]: null}},
	'a step of another version': withStep({version: 2}),
	'a slot without a text': withStep({slot: {...step.slot, text: 1}}),
	'a text without an end': withStep({slot: {...step.slot, text: 'a'.repeat(2 ** 20 + 1)}}),
	'fields that are no digests': withStep({fields: {kind: '../x'}}),
	'fields without an end': withStep({
		fields: Object.fromEntries(Array.from({length: 101}, (_, at) => [at, descriptor.digest])),
	}),
	'a parent that is no digest': withStep({parent: 'sha256:../../x'}),
	'a time that is none': withStep({created: 'yesterday'}),
	'a time with more in it': withStep({created: '2026-01-02T03:04:05Z\u001b[2J'}),
	'a month that there is none of': withStep({created: '2026-13-02T03:04:05Z'}),
	'a layer without an identity': withStep({layer: {content: step.layer?.content}}),
	'a layer whose name is a path': withStep({layer: {...step.layer, diffID: 'sha256:../../x'}}),
	'ids of another kind': withStep({oneId: 'some'}),
	'a blob that is no layer': {...config, layers: [{diffID, descriptor: {...descriptor, mediaType: 'text/html'}}]},
	'a blob without an end': {...config, layers: [{diffID, descriptor: {...descriptor, size: 1e300}}]},
	'a blob of less than nothing': {...config, layers: [{diffID, descriptor: {...descriptor, size: -1}}]},
	'a blob of another digest': {...config, layers: [{diffID, descriptor: {...descriptor, digest: 'md5:1'}}]},
	'a TOC that is a layer': {...config, tocs: config.layers},
};

for (const [name, value] of Object.entries(refused)) {
	test(`refuses ${name}`, t => {
		t.is(parsed(value), undefined);
	});
}

test('refuses what is no JSON', t => {
	t.is(parseCacheConfig(Buffer.from('{')), undefined);
});

test('a name that every object has is no step', t => {
	t.is(parseCacheConfig(Buffer.from('{"version":1,"steps":{"__proto__":{}},"layers":[],"tocs":[]}')), undefined);
});

test('records in the config of an image are for the layers of its manifest', t => {
	const image = {rootfs: {type: 'layers', diff_ids: [diffID]}, [inlineKey]: {version: 1, steps: config.steps}};
	const bytes = Buffer.from(JSON.stringify(image));

	t.deepEqual(parseInlineCache(bytes, [descriptor]), {...config, tocs: []});
	t.is(parseInlineCache(bytes, []), undefined);
});

test('an image without records, and one with those of BuildKit, are told apart', t => {
	const image = {rootfs: {type: 'layers', diff_ids: []}};

	t.is(parseInlineCache(Buffer.from(JSON.stringify(image)), []), undefined);
	t.is(parseInlineCache(Buffer.from(JSON.stringify({...image, 'moby.buildkit.cache.v0': ''})), []), 'foreign');
});
