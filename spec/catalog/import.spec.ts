import {execFileSync} from 'node:child_process';
import {createReadStream, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import {importImage} from '../../lib/catalog/import.ts';
import {inspectImage} from '../../lib/catalog/inspect.ts';
import {exportImage} from '../../lib/catalog/save.ts';
import {UsageError} from '../../lib/errors.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import {serve} from '../helpers/fake-registry.ts';
import {folderFor} from '../helpers/folder.ts';
import {testWith} from '../helpers/programs.ts';
import {tarOf} from '../helpers/tar.ts';

const tar = tarOf([
	{name: './', type: 'directory'},
	{name: './bin/', type: 'directory'},
	{name: './bin/sh', content: 'shell', mode: 0o755},
	{name: './hard', type: 'hardlink', linkname: './bin/sh'},
]);

async function setUp(t: ExecutionContext, content: Buffer = tar) {
	const folder = await folderFor(t);
	const file = join(folder, 'root.tar');
	writeFileSync(file, content);
	return {folder, file, root: join(folder, 'store')};
}

test('IMG-3: a tar of files becomes an image of one layer, whose diffID is the tar’s, with the config that was asked for', async t => {
	const {file, root} = await setUp(t);

	const changes = ['CMD ["/bin/sh"]', 'ENV A=1', 'ENV B=$A', 'EXPOSE 80', 'WORKDIR /srv', 'LABEL a=b'];
	const made = await importImage(file, {root, name: 'team/root', changes, message: 'by hand', platform: 'linux/arm64'});

	const {config, layers, names, id} = await inspectImage('team/root', {root});
	t.deepEqual([made.names, made.id], [names, id]);
	t.deepEqual(
		layers.map(({diffID, files}) => [diffID as string, files]),
		[[digestOf(tar), 2]],
	);
	t.like(config.config, {Cmd: ['/bin/sh'], ExposedPorts: {'80/tcp': {}}, WorkingDir: '/srv', Labels: {a: 'b'}});
	t.deepEqual(config.config?.Env?.slice(1), ['A=1', 'B=1']);
	t.is(config.architecture, 'arm64');
	t.like(config.history?.[0], {created_by: 'strata import root.tar', comment: 'by hand'});
});

for (const [compression, pack] of Object.entries({
	gzip: gzipSync,
	xz: (content: Buffer) => execFileSync('xz', ['-c'], {input: content}),
	bzip2: (content: Buffer) => execFileSync('bzip2', ['-c'], {input: content}),
})) {
	testWith(compression === 'gzip' ? [] : [compression])(
		`a tar in ${compression} is the same image, from a stream too`,
		async t => {
			const {file, root} = await setUp(t, pack(tar));

			const made = await importImage(createReadStream(file), {root});

			const {layers} = await inspectImage(made.id, {root});
			t.deepEqual(
				layers.map(({diffID}) => diffID as string),
				[digestOf(tar)],
			);
		},
	);
}

test('a URL is fetched', async t => {
	const {root} = await setUp(t);
	const host = await serve(t, (_, response) => void response.end(tar));

	const made = await importImage(`http://user:secret@${host}/root.tar?token=secret#part`, {root, name: 'a:1'});

	const {config} = await inspectImage(made.id, {root});
	t.is(config.history?.[0]?.comment, `Imported from http://${host}/root.tar`);
	t.false(JSON.stringify(config).includes('secret'));
});

test('of a file the image says its name, and not where it lies', async t => {
	const {file, folder, root} = await setUp(t);

	const {id} = await importImage(file, {root});

	const {config} = await inspectImage(id, {root});
	t.is(config.history?.[0]?.comment, 'Imported from root.tar');
	t.false(JSON.stringify(config).includes(folder));
});

test.serial('a SOURCE_DATE_EPOCH that is no time is refused', async t => {
	const {file, root} = await setUp(t);
	const before = process.env.SOURCE_DATE_EPOCH;
	process.env.SOURCE_DATE_EPOCH = 'abc';
	try {
		await t.throwsAsync(async () => importImage(file, {root}), {instanceOf: UsageError, code: 'BAD_EPOCH'});
	} finally {
		if (before === undefined) delete process.env.SOURCE_DATE_EPOCH;
		else process.env.SOURCE_DATE_EPOCH = before;
	}
});

test('what was exported is imported as the same files', async t => {
	const {file, folder, root} = await setUp(t);
	await importImage(file, {root, name: 'one:1'});
	await exportImage('one:1', {root, dest: join(folder, 'one.tar')});

	await importImage(join(folder, 'one.tar'), {root, name: 'two:1'});
	await exportImage('two:1', {root, dest: join(folder, 'two.tar')});

	const [one, two] = ['one.tar', 'two.tar'].map(name =>
		execFileSync('tar', ['-tvf', join(folder, name)], {encoding: 'utf8'}),
	);
	t.is(one, two);
});

for (const [title, content, reason] of [
	['text', Buffer.alloc(2000, 'text'), /^cannot import .*root\.tar: it is no tar$/],
	['nothing', Buffer.alloc(0), /it is no tar$/],
	['half a tar', tar.subarray(0, 1800), /it ends too early$/],
	['a name that leaves the root', tarOf([{name: '../up', content: 'x'}]), /entry "\.\.\/up" leaves the root$/],
] as const) {
	test(`${title} is refused, and nothing of it is kept`, async t => {
		const {file, root} = await setUp(t, content);

		const error = await t.throwsAsync(importImage(file, {root, name: 'a:1'}), {instanceOf: UsageError});

		t.regex(error?.message ?? '', reason);
		t.deepEqual([...readdirSync(join(root, 'blobs/sha256')), ...readdirSync(join(root, 'tmp'))], []);
	});
}

test('a name, a platform or a change that cannot be is refused before the tar is read', async t => {
	const {root} = await setUp(t);

	for (const options of [{name: 'UPPER'}, {platform: 'x/y/z/w'}]) {
		await t.throwsAsync(importImage('/nowhere', {root, ...options}), {instanceOf: UsageError}, JSON.stringify(options));
	}
	const {file} = await setUp(t);
	const error = await t.throwsAsync(importImage(file, {root, changes: ['RUN x']}), {instanceOf: UsageError});
	t.is(error?.message, '--change (-c): RUN cannot change an image without a build');
});
