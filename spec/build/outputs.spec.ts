import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {AbortedError} from '../../lib/errors.ts';
import type {Index} from '../../lib/oci/image.ts';
import {dockerManifest, ociConfig, ociLayer, ociManifest} from '../../lib/oci/media-types.ts';
import {ofType, read, workshop} from '../helpers/build.ts';
import {folderFor} from '../helpers/folder.ts';
import {treeOfFolder} from '../helpers/tree-value.ts';

const lines = ['FROM scratch', 'COPY a b /'];
const files = {a: 'a', b: 'b'};

const readIndex = (layout: string) => JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as Index;
const namesIn = (layout: string) =>
	readIndex(layout).manifests.map(({annotations = {}}) => annotations['org.opencontainers.image.ref.name']);
test('OUT-4, OUT-5, OUT-9: several outputs of one build, each its own way', async t => {
	const {build} = await workshop(t);
	const out = await folderFor(t);

	const {events} = await build({
		lines,
		files,
		tags: ['app'],
		outputs: [
			{type: 'local', dest: join(out, 'files')},
			{type: 'tar', dest: join(out, 'files.tar')},
			{type: 'oci', dest: join(out, 'layout')},
			{type: 'oci', dest: join(out, 'layout'), names: ['other:2', 'app:3']},
			{type: 'store'},
		],
	});

	t.deepEqual(treeOfFolder(join(out, 'files')), {a: '644 a', b: '644 b'});
	t.deepEqual(namesIn(join(out, 'layout')), ['app:latest', 'app', 'other:2', 'app:3']);
	const done = ofType(events, 'export').filter(({state}) => state === 'done');
	t.deepEqual(
		done.map(({output, size}) => [output, size]),
		[
			['local', 2],
			['tar', 3072],
			['oci', undefined],
			['oci', undefined],
			['store', undefined],
		],
	);
});

test('a build that is stopped while it writes an output is stopped, and what was there stays', async t => {
	const shop = await workshop(t);
	const out = await folderFor(t);
	const files = {big: Buffer.alloc(2 ** 22)};
	writeFileSync(join(out, 'app.tar'), 'old');
	const outputs = [
		{type: 'tar', dest: join(out, 'app.tar')},
		{type: 'docker', dest: join(out, 'app.tar')},
		{type: 'local', dest: join(out, 'files')},
		{type: 'oci', dest: join(out, 'layout')},
	] as const;

	for (const output of outputs) {
		const running = shop.start({lines: ['FROM scratch', 'COPY . /'], files, outputs: [output]});
		for await (const event of running) if (event.type === 'export') break;
		await running.stop('enough');
		t.true((await read(running)).error instanceof AbortedError, output.type);
	}

	t.is(readFileSync(join(out, 'app.tar'), 'utf8'), 'old');
	t.false(existsSync(join(out, 'files/big')));
	t.deepEqual(
		readdirSync(out).filter(name => name.startsWith('.')),
		[],
	);
});

test('OUT-4: mode=delete never reaches the context', async t => {
	const {tell} = await workshop(t);
	const out = await folderFor(t);
	writeFileSync(join(out, 'a'), 'a');

	const outputs = [{type: 'local', dest: out, mode: 'delete'}] as const;
	const {error} = await tell({lines: ['FROM scratch', 'COPY a /b'], context: out, outputs});

	t.is(error?.message, `mode=delete would delete what is in ${out}`);
	t.deepEqual(readdirSync(out), ['a']);
});

test('OUT-6: cacheonly keeps the steps, and no image', async t => {
	const {root, build} = await workshop(t);

	const {result} = await build({lines, files, tags: ['app'], outputs: [{type: 'cacheonly'}]});
	const {rows} = await build({lines, files});

	t.deepEqual(result.names, []);
	t.deepEqual(rows, ['FROM scratch: cached', 'COPY a b /: cached']);
	t.false(namesIn(root).includes('app:latest'));
});

test('--format docker: outputs have docker’s media types, unless they say otherwise; the store stays an OCI layout', async t => {
	const {root, build} = await workshop(t);
	const out = await folderFor(t);
	const at = (name: string) => join(out, name);

	const {manifest, result} = await build({
		...{lines, files, tags: ['app'], mediaTypes: 'docker'},
		outputs: [
			{type: 'oci', dest: at('docker')},
			{type: 'oci', dest: at('oci'), mediaTypes: 'oci'},
		],
	});

	const typeIn = (layout: string) => readIndex(layout).manifests[0]?.mediaType;
	t.deepEqual([at('docker'), at('oci'), root].map(typeIn), [dockerManifest, ociManifest, ociManifest]);
	t.is(manifest.config.mediaType, ociConfig);
	t.is(readIndex(at('oci')).manifests[0]?.digest, result.digest);
});

test('a name that no image can have is refused in an output, before anything is done', async t => {
	const {root, tell} = await workshop(t);

	const {error} = await tell({lines, files, outputs: [{type: 'oci', dest: 'x', names: ['UPPER']}]});

	t.is(error?.message, 'UPPER cannot name an image');
	t.false(existsSync(root) && readdirSync(root).includes('steps'));
});

test('--compression-format: the image of the store has it, and is told of while it gets it; the steps stay cached', async t => {
	const {build} = await workshop(t);
	await build({lines, files, tags: ['app']});

	const {events, manifest, rows} = await build({lines, files, tags: ['app'], compression: 'uncompressed'});

	t.deepEqual(
		manifest.layers.map(({mediaType}) => mediaType),
		[ociLayer],
	);
	t.deepEqual(
		ofType(events, 'export').map(({output, state}) => `${output} ${state}`),
		['store started', 'store done'],
	);
	t.true(rows.every(row => row.endsWith('cached')));
});
