import test from 'ava';
import {build} from '../../lib/build/build.ts';
import {checkTypes} from '../../lib/build/check-types.ts';
import type {BuildOptions} from '../../lib/build/options.ts';

/** Values that each option must refuse, and how the refusal begins. */
const wrong: Readonly<Record<keyof BuildOptions, readonly unknown[]>> = {
	context: [undefined, 1, null, {}, {files: {a: 1}}, {files: []}, {files: {a: {data: 1}}}, new URL('https://a.b/c')],
	dockerfile: [1, {}, {text: 1}, {text: 'a', name: 1}],
	contexts: ['a', ['a'], {a: 1}, {a: {files: {b: 1}}}],
	contextMode: ['hg', 1],
	tags: ['app', [1], {}],
	target: [1, null],
	platforms: ['linux/amd64', [1]],
	buildArgs: [['A=1'], {A: 1}, 'A=1'],
	labels: [{a: true}, null],
	unset: ['a', {labels: 'a'}, {env: ['A']}],
	env: [['A=1'], {A: 1}],
	from: [1],
	ignoreFile: [1],
	annotations: [
		{a: 'b'},
		[{key: 'a'}],
		[{key: 'a', value: 1}],
		[{key: 'a', value: 'b', on: 'layer'}],
		[{key: 'a', value: 'b', platform: 1}],
	],
	omitHistory: ['yes', 1],
	sourceDateEpoch: ['1', -1, 1.5],
	fileTimes: ['all', 1],
	outputs: [
		{type: 'oci', dest: 'out'},
		[{type: 'oci'}],
		[{type: 'local', dest: 'a', mode: 'move'}],
		[{type: 'tar', dest: 'a', tar: true}],
		[{type: 'docker', dest: 'a', names: 'app'}],
		[{type: 'docker', dest: 'a', compression: 'xz'}],
		[{type: 'toString'}],
		['out'],
		[{type: 'load', annotations: ['a']}],
		[{type: 'load', rewriteTimestamp: 'yes'}],
		[{type: 'registry', ociArtifact: 'yes'}],
	],
	mediaTypes: ['v2', true],
	compression: ['xz', true],
	compressionLevel: ['6', 1.5],
	forceCompression: ['true', 1],
	attestations: [
		true,
		{sbom: 'yes'},
		{provenance: 'max'},
		{provenance: {mode: 'full'}},
		{provenance: {version: 'v2'}},
		{vex: true},
	],
	provenanceRecord: [true, 'all'],
	noCache: ['yes', 1, [1]],
	pull: ['always'],
	cacheFrom: ['app', [{type: 'local'}], [{type: 'gha', src: 'a'}], [{type: 'local', src: 'a', tag: 1}]],
	cacheTo: [
		'app',
		[{type: 'local'}],
		[{type: 'local', dest: 'a', mode: 'all'}],
		[{type: 'local', dest: 'a', ignoreError: 1}],
	],
	cacheMountsFrom: ['app', [{type: 'inline'}]],
	cacheMountsTo: ['app', [{type: 'local', dest: 'a', maxSize: '2GB'}], [{type: 'registry', ref: 'a', mode: 'max'}]],
	registries: ['insecure', {tlsVerify: 'no'}, {login: {username: 'me', password: 'x'}}],
	network: ['bridge', true],
	allow: ['network.host', [1]],
	hosts: [{db: 1}, ['db:1'], {db: [1]}],
	secrets: [{s: 1}, ['s'], {s: {file: 1}}, {s: {}}],
	ssh: [{default: 'socket'}, {default: {}}, {default: {keys: 'a'}}, ['default']],
	dns: [['10.0.0.1'], {servers: '10.0.0.1'}, {server: ['10.0.0.1']}],
	shmSize: ['64m', -1, 1.5],
	ulimits: [['nofile=1'], {nofile: '1'}, {nofile: {soft: 1}}, {nofile: -2}],
	runtime: [1],
	jobs: [0, -1, 1.5, '2', Number.NaN],
	root: [1, new URL('file:///a')],
	signal: [{}, new AbortController()],
};

for (const [option, values] of Object.entries(wrong)) {
	test(`a wrong ${option} is a TypeError that names it, thrown before anything is done`, t => {
		for (const value of values) {
			const options = {context: '.', [option]: value} as unknown as BuildOptions;

			const error = t.throws(() => build(options), {instanceOf: TypeError});

			t.true(error?.message.startsWith(`\`${option}\` must be `), error?.message);
		}
	});
}

test('an option that there is none of is named', t => {
	const options = {context: '.', tag: 'app'} as BuildOptions;

	t.throws(() => build(options), {instanceOf: TypeError, message: '`tag` is no option of a build'});
});

test('options are an object', t => {
	for (const value of [undefined, null, '.', 1]) {
		t.throws(() => build(value as unknown as BuildOptions), {instanceOf: TypeError, message: /^`options` must be/});
	}
});

test('a value is shown, but nothing that an object holds', t => {
	const secret = {context: '.', buildArgs: [{token: 'hush'}]} as unknown as BuildOptions;

	const error = t.throws(() => checkTypes(secret), {instanceOf: TypeError});

	t.is(error?.message, '`buildArgs` must be an object of strings: got a list');
});

test('a virtual file that leaves the context is refused at once', t => {
	for (const name of ['../a', '/a', 'a/../../b', '', 'a\0b']) {
		t.throws(() => build({context: {files: {[name]: ''}}}), {instanceOf: TypeError, message: /^context\.files: /});
	}
	t.throws(() => build({context: {files: {a: '', 'a/b': ''}}}), {instanceOf: TypeError, message: /also a folder/});
});

test('every kind of value that an option may have is taken', t => {
	t.notThrows(() =>
		checkTypes({
			context: new URL('file:///tmp'),
			dockerfile: {text: 'FROM scratch', name: 'stdin'},
			contexts: {a: '.', b: {files: {c: new Uint8Array(), d: {data: 'x', mode: 0o755}, async *e() {}}}},
			outputs: [
				{type: 'oci', dest: 'a', tar: true, names: ['b', 'c'], mediaTypes: 'docker'},
				{type: 'docker', dest: 'b', compression: 'gzip', compressionLevel: 9, forceCompression: true},
				{type: 'local', dest: 'c', mode: 'delete'},
				{type: 'tar', dest: 'd'},
				...(['load', 'store', 'cacheonly'] as const).map(type => ({type})),
			],
			mediaTypes: 'docker',
			jobs: 3,
			hosts: {},
			secrets: {a: 'value', b: new Uint8Array(1), c: {file: 'f'}},
			ssh: {default: {socket: 's'}, other: {keys: ['k']}},
			signal: AbortSignal.timeout(1000),
		}),
	);
	t.notThrows(() => checkTypes({context: {archive: 'a.tar'}, dockerfile: 'D', tags: [], noCache: false}));
});
