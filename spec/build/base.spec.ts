import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {AbortedError, DockerfileError} from '../../lib/errors.ts';
import {ofType, read, workshop, workshopAt} from '../helpers/build.ts';
import {fakeRegistry} from '../helpers/fake-registry.ts';
import {folderFor} from '../helpers/folder.ts';
import {imageOf} from '../helpers/image.ts';
import {tarOf} from '../helpers/tar.ts';

const base = {
	lines: [
		'FROM scratch',
		'COPY a /',
		'ENV A=1 PATH=/bin',
		'CMD ["/a"]',
		'LABEL base=1',
		'ONBUILD COPY b /',
		'ONBUILD ENV B=2',
	],
	files: {a: 'a'},
	tags: ['base', 'base:1'],
};

test('FROM an image of the store goes on with its layers, config and history (FRM-8, HIS-3)', async t => {
	const shop = await workshop(t);
	const below = await shop.build(base);

	const {config, manifest, rows, trees} = await shop.build({
		lines: ['FROM base', 'WORKDIR /w'],
		files: {b: 'b'},
	});

	t.deepEqual(rows, ['FROM base: cached', 'ONBUILD COPY b /: done', 'ONBUILD ENV B=2: done', 'WORKDIR /w: done']);
	t.deepEqual(manifest.layers[0], below.manifest.layers[0], 'the blob passes through');
	t.deepEqual(trees, [{a: '644 1'}, {b: '644 1'}, {'w/': '755'}]);
	t.deepEqual(config.history?.slice(0, below.config.history?.length), below.config.history);
	t.deepEqual(config.config, {
		...{Env: ['PATH=/bin', 'A=1', 'B=2'], Cmd: ['/a'], ArgsEscaped: true},
		...{Labels: {base: '1'}, WorkingDir: '/w'},
	});
});

test('a base by its digest is the same base', async t => {
	const shop = await workshop(t);
	const {result} = await shop.build(base);

	const {rows, events} = await shop.build({lines: [`FROM base@${result.digest}`], files: {b: 'b'}});

	t.is(rows[0], `FROM base@${result.digest}: cached`);
	t.like(ofType(events, 'step.finished')[0], {layers: 1});
});

test('FROM another stage has its config without CMD of its own, and runs its triggers (ENT-1, ONB-1)', async t => {
	const shop = await workshop(t);

	const {config, rows} = await shop.build({
		...base,
		lines: [
			...base.lines.map(line => line.replace('FROM scratch', 'FROM scratch AS one')),
			'FROM one',
			'ENTRYPOINT ["/e"]',
		],
		files: {a: 'a', b: 'b'},
		tags: [],
	});

	t.deepEqual(rows.slice(7), [
		'FROM one: cached',
		'ONBUILD COPY b /: done',
		'ONBUILD ENV B=2: done',
		'ENTRYPOINT ["/e"]: done',
	]);
	t.is(config.config?.Cmd, undefined);
});

test('FROM a folder has its files in one layer; its ignore file counts (FRM-6)', async t => {
	const shop = await workshop(t);
	const folder = await folderFor(t);
	mkdirSync(join(folder, 'bin'), {mode: 0o700});
	writeFileSync(join(folder, 'bin/a'), 'a', {mode: 0o755});
	writeFileSync(join(folder, 'secret'), 's');
	writeFileSync(join(folder, '.dockerignore'), 'secret\n.dockerignore');
	const order = {lines: ['FROM tools AS t', 'FROM tools', 'COPY --from=t /bin/a /b'], contexts: {tools: folder}};

	const first = await shop.build(order);
	const second = await shop.build(order);
	writeFileSync(join(folder, 'bin/a'), 'A');
	const third = await shop.build(order);

	t.deepEqual(first.trees, [{'bin/': '700', 'bin/a': '755 1'}, {b: '755 1'}]);
	t.deepEqual(
		first.config.history?.map(({created_by, empty_layer}) => [created_by, empty_layer]),
		[
			['FROM tools', undefined],
			['COPY /bin/a /b # buildkit', undefined],
		],
	);
	t.deepEqual(second.rows, ['FROM tools AS t: cached', 'FROM tools: cached', 'COPY --from=t /bin/a /b: cached']);
	t.is(second.result.digest, first.result.digest);
	t.true(third.rows.includes('COPY --from=t /bin/a /b: done'));
	t.like(
		ofType(first.events, 'step.finished').find(({step}) => step === 's1'),
		{files: 1, bytes: 1},
	);
});

test('a context that is on no disk may stand for a base and for a source', async t => {
	const shop = await workshop(t);

	const {trees} = await shop.build({
		lines: ['FROM tools', 'COPY --from=more x /'],
		contexts: {tools: {files: {'bin/a': 'a'}}, more: {files: {x: 'x'}}},
	});

	t.deepEqual(trees, [{'bin/': '755', 'bin/a': '644 1'}, {x: '644 1'}]);
	t.deepEqual(shop.leftovers(), []);
});

test('FROM an empty folder is a layer of nothing', async t => {
	const shop = await workshop(t);

	const {trees, config} = await shop.build({lines: ['FROM none'], contexts: {none: {files: {}}}});

	t.deepEqual(trees, [{}]);
	t.is(config.history?.length, 1);
});

test('FROM oci-layout:// takes the image and its blobs as they are (FRM-6)', async t => {
	const shop = await workshop(t);
	const other = workshopAt(t, join(await folderFor(t), 'other'));
	const layout = join(await folderFor(t), 'layout');
	const below = await other.build({...base, outputs: [{type: 'oci', dest: layout}]});
	const order = {
		lines: ['FROM image', 'COPY --from=image /a /again'],
		files: {b: 'b'},
		contexts: {image: `oci-layout://${layout}:base`},
	};

	const {manifest, config, rows} = await shop.build(order);
	const again = await shop.build(order);

	t.deepEqual(manifest.layers[0], below.manifest.layers[0]);
	t.deepEqual(config.config?.Env, ['PATH=/bin', 'A=1', 'B=2']);
	t.is(rows.at(-1), 'COPY --from=image /a /again: done');
	t.deepEqual(
		again.rows.filter(row => !row.endsWith(': cached')),
		[],
	);
	t.is(again.result.digest, (await shop.build(order)).result.digest);
});

test('stages on one base fetch it once, and do not wait for each other', async t => {
	const shop = await workshop(t);
	const {host, requests} = await fakeRegistry(t, imageOf('linux/amd64', [tarOf([{name: 'f', content: 'f'}])]));

	const {events, rows} = await shop.build({
		lines: [`FROM ${host}/app AS a`, 'COPY x /', `FROM ${host}/app`, 'COPY --from=a /x /y'],
		files: {x: 'x'},
	});

	t.is(rows.filter(row => row.startsWith('FROM') && row.endsWith('done')).length, 2);
	t.deepEqual(
		ofType(events, 'step.waiting').filter(waiting => waiting.for === 'lock'),
		[],
	);
	t.is(new Set(requests).size, requests.length);
});

test('a registry that does not answer is told of, and can be given up', async t => {
	const shop = await workshop(t);
	const running = shop.start({lines: ['FROM 127.0.0.1:1/base']});

	for await (const event of running) {
		if (event.type !== 'step.waiting') continue;
		t.like(event, {for: 'registry', attempt: 1});
		break;
	}
	await running.stop();
	const {error, events} = await read(running);

	t.true(error instanceof AbortedError);
	t.like(events.at(-1), {type: 'build.finished', result: 'stopped', steps: 0});
});

test('a source in a stage or a context that is not there is told with where it was looked for', async t => {
	const shop = await workshop(t);
	const lines = ['FROM scratch AS one', 'COPY a /b', 'FROM scratch'];
	const contexts = {more: {files: {readme: 'r'}}};

	const stage = await shop.tell({lines: [...lines, 'COPY --from=one /a /'], files: {a: 'a'}});
	const context = await shop.tell({lines: [...lines, 'COPY --from=more readmee /'], files: {a: 'a'}, contexts});

	t.true(stage.error instanceof DockerfileError);
	t.is(stage.error?.message, 'COPY: /a is not in the stage one');
	t.like(context.error, {message: 'COPY: readmee is not in the context more', help: ['did you mean readme?']});
});
