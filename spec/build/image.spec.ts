import test from 'ava';
import {digestOf} from '../../lib/oci/digest.ts';
import {ociLayerGzip} from '../../lib/oci/media-types.ts';
import {workshop} from '../helpers/build.ts';
import {hasCorpus} from '../helpers/corpus.ts';
import {validateAgainst} from '../helpers/schema.ts';
import {unless} from '../helpers/skip.ts';

const lines = [
	'FROM scratch AS files',
	'COPY a.txt dir/ /from/',
	'FROM scratch',
	'LABEL one=1 two=2',
	'ENV A=1',
	'ARG B=2',
	'WORKDIR /app',
	'COPY --from=files /from/a.txt ./',
	'COPY run.sh bin/',
	'WORKDIR /app',
	'WORKDIR /',
	'USER 1000',
	'EXPOSE 80',
	'CMD ["/app/bin/run.sh"]',
];
const files = {'a.txt': 'a', 'dir/b.txt': 'b', 'run.sh': {data: '#!/bin/sh\n', mode: 0o755}};

test('the result tells of the image that is in the store', async t => {
	const shop = await workshop(t);

	const {result, manifest, config} = await shop.build({
		lines,
		files,
		tags: ['app', 'team/app:1.4'],
		labels: {two: 'b'},
	});

	t.deepEqual(result.names, ['app:latest', 'team/app:1.4']);
	t.is(result.digest, result.descriptor.digest);
	t.is(result.id, manifest.config.digest);
	t.deepEqual(
		result.layers.map(({descriptor}) => descriptor),
		manifest.layers,
	);
	t.deepEqual(
		result.layers.map(({diffID}) => diffID),
		config.rootfs.diff_ids,
	);
	t.is(
		result.size,
		[result.descriptor, manifest.config, ...manifest.layers].reduce((sum, {size}) => sum + size, 0),
	);
	t.deepEqual(result.platforms, [{os: 'linux', architecture: config.architecture}]);
	t.deepEqual(result.warnings, []);
	t.true(result.timings.total > 0 && result.timings.pack > 0 && result.timings.run === 0);
	t.deepEqual(shop.leftovers(), []);
});

test('the config is what the instructions say; labels of the request come last (LBL-1)', async t => {
	const shop = await workshop(t);

	const {config} = await shop.build({lines, files, labels: {two: 'b', three: 'c'}});

	t.deepEqual(config.config, {
		Cmd: ['/app/bin/run.sh'],
		ArgsEscaped: true,
		Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'A=1'],
		ExposedPorts: {'80/tcp': {}},
		Labels: {one: '1', two: 'b', three: 'c'},
		User: '1000',
		WorkingDir: '/',
	});
});

test('the history has an entry for each instruction, and as many with a layer as there are layers (HIS-1, HIS-2, HIS-6)', async t => {
	const shop = await workshop(t);

	const {config, manifest} = await shop.build({lines, files});
	const history = config.history ?? [];

	t.deepEqual(
		history.map(({created_by, empty_layer}) => [created_by, empty_layer ?? false]),
		[
			['LABEL one=1 two=2', true],
			['ENV A=1', true],
			['ARG B=2', true],
			['WORKDIR /app', false],
			['COPY /from/a.txt ./ # buildkit', false],
			['COPY run.sh bin/ # buildkit', false],
			['WORKDIR /app', false],
			['WORKDIR /', true],
			['USER 1000', true],
			['EXPOSE [80/tcp]', true],
			['CMD ["/app/bin/run.sh"]', true],
		],
	);
	t.is(history.filter(({empty_layer}) => !empty_layer).length, manifest.layers.length);
	t.true(history.every(({comment}) => comment === 'buildkit.dockerfile.v0'));
	t.is(config.created, history.at(-1)?.created);
});

test('a WORKDIR has a layer of its own, an empty one if the directory is there; only / has none (WD-1)', async t => {
	const shop = await workshop(t);

	const {trees} = await shop.build({lines, files});

	t.deepEqual(trees, [
		{'app/': '755'},
		{'app/': '755', 'app/a.txt': '644 1'},
		{'app/': '755', 'app/bin/': '755', 'app/bin/run.sh': '755 10'},
		{},
	]);
});

test('a WORKDIR belongs to the USER in force; directories on the way do not (WD-1)', async t => {
	const shop = await workshop(t);

	const {trees} = await shop.build({lines: ['FROM scratch', 'USER 12:34', 'WORKDIR /a', 'WORKDIR b']});

	t.deepEqual(trees, [{'a/': '755 12:34'}, {'a/': '755 12:34', 'a/b/': '755 12:34'}]);
});

test('the steps of a multi-stage build are told in the order of the Dockerfile', async t => {
	const shop = await workshop(t);

	const {result} = await shop.build({lines, files});

	t.deepEqual(
		result.steps.map(({label, result: end}) => `${label} ${end}`),
		[
			...['files 1/2 cached', 'files 2/2 done', 'stage1 1/12 cached'],
			...Array.from({length: 11}, (_, index) => `stage1 ${index + 2}/12 done`),
		],
	);
});

test('an image of nothing has no layers and no history', async t => {
	const shop = await workshop(t);

	const {manifest, config, result} = await shop.build({lines: ['FROM scratch']});

	t.deepEqual(manifest.layers, []);
	t.deepEqual(config.history, []);
	t.deepEqual(result.layers, []);
});

test('every layer is one gzip blob whose digest is its name', async t => {
	const shop = await workshop(t);
	const {readFileSync} = await import('node:fs');

	const {manifest} = await shop.build({lines, files});

	for (const {mediaType, digest, size} of manifest.layers) {
		const blob = readFileSync(`${shop.root}/blobs/${digest.replace(':', '/')}`);
		t.deepEqual([mediaType, digestOf(blob), blob.length], [ociLayerGzip, digest, size]);
	}
});

unless(hasCorpus ? undefined : 'the corpus with the schemas of the image specification is not here')(
	'manifest and config are right by the schemas of the image specification',
	async t => {
		const shop = await workshop(t);

		const {manifest, config} = await shop.build({lines, files, labels: {a: 'b'}});

		t.deepEqual(validateAgainst('image-manifest', manifest), []);
		t.deepEqual(validateAgainst('config', config), []);
	},
);
