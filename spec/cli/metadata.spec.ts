import test from 'ava';
import {metadata, provenanceMode} from '../../lib/cli/metadata.ts';
import type {BuildResult} from '../../lib/index.ts';

const warning = {
	v: 1,
	t: 1,
	type: 'warning',
	rule: 'JSONArgsRecommended',
	message: 'JSON arguments recommended for CMD',
	detail: 'Why it is so',
	url: 'https://docs.docker.com/go/dockerfile/rule/json-args-recommended/',
	location: {file: 'Dockerfile', start: 3, end: 4},
} as const;
const result = {
	id: 'sha256:1',
	digest: 'sha256:2',
	descriptor: {digest: 'sha256:2'},
	names: [],
	images: [],
	warnings: [warning, {v: 1, t: 2, type: 'warning', message: 'no rule'}],
} as unknown as BuildResult;

test('CLI-10: warnings are written as BuildKit’s clients write them, if they are asked for', t => {
	const written = metadata(result, 'abc', {BUILDX_METADATA_WARNINGS: '1'});

	t.deepEqual(written, {
		'buildx.build.ref': 'strata/local/abc',
		'buildx.build.warnings': [
			{
				level: 1,
				short: Buffer.from('JSONArgsRecommended: JSON arguments recommended for CMD').toString('base64'),
				detail: [Buffer.from('Why it is so').toString('base64')],
				url: warning.url,
				sourceInfo: {filename: 'Dockerfile'},
				range: [{start: {line: 3}, end: {line: 4}}],
			},
			{level: 1, short: Buffer.from('no rule').toString('base64')},
		],
		'containerimage.config.digest': 'sha256:1',
		'containerimage.descriptor': {digest: 'sha256:2'},
		'containerimage.digest': 'sha256:2',
	});
	for (const asked of [undefined, '', '0', 'false']) {
		t.false(
			'buildx.build.warnings' in metadata(result, 'abc', asked === undefined ? {} : {BUILDX_METADATA_WARNINGS: asked}),
		);
	}
});

test('an index has no config of its own', t => {
	t.false('containerimage.config.digest' in metadata({...result, id: result.digest}, 'abc', {}));
});

test('CLI-10: how an image was built is told by the keys of buildx, of several platforms by one each', t => {
	const image = (architecture: string) => ({platform: {os: 'linux', architecture}, provenance: {of: architecture}});
	const keys = (...architectures: readonly string[]) =>
		Object.entries(metadata({...result, images: architectures.map(image)} as unknown as BuildResult, 'abc', {})).filter(
			([key]) => key.startsWith('buildx.build.provenance'),
		);

	t.deepEqual(keys('amd64'), [['buildx.build.provenance', {of: 'amd64'}]]);
	t.deepEqual(keys('amd64', 'arm64'), [
		['buildx.build.provenance/linux/amd64', {of: 'amd64'}],
		['buildx.build.provenance/linux/arm64', {of: 'arm64'}],
	]);
	t.deepEqual(keys(), []);
});

for (const [asked, mode] of [
	[undefined, 'min'],
	['min', 'min'],
	['max', 'max'],
	['disabled', undefined],
	['false', undefined],
	['0', undefined],
] as const) {
	test(`BUILDX_METADATA_PROVENANCE ${asked} is mode ${mode}`, t => {
		t.is(provenanceMode(asked === undefined ? {} : {BUILDX_METADATA_PROVENANCE: asked}), mode);
	});
}
