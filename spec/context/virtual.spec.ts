import {mkdtemp, readFile, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import anyTest, {type TestFn} from 'ava';
import {findDockerfile} from '../../lib/context/dockerfile.ts';
import {writeVirtualContext} from '../../lib/context/virtual.ts';
import {UsageError} from '../../lib/errors.ts';

const test = anyTest as TestFn<{folder: string}>;

test.beforeEach(async t => {
	t.context.folder = await mkdtemp(join(tmpdir(), 'strata-virtual-'));
});

test.afterEach.always(t => rm(t.context.folder, {recursive: true}));

async function modeOf(path: string): Promise<string> {
	return ((await stat(path)).mode & 0o7777).toString(8);
}

test('texts, bytes and streams become files with literal modes, whatever the umask (W-31)', async t => {
	const {folder} = t.context;
	async function* stream() {
		yield Buffer.from('in ');
		yield Buffer.from('pieces');
	}

	await writeVirtualContext(
		{'a.txt': 'text', 'd/e/b': Buffer.from('bytes'), 'd/c': stream, run: {data: '#!', mode: 0o4777}},
		folder,
	);

	t.is(await readFile(join(folder, 'a.txt'), 'utf8'), 'text');
	t.is(await readFile(join(folder, 'd/c'), 'utf8'), 'in pieces');
	t.deepEqual(await Promise.all(['a.txt', 'd', 'd/e', 'd/e/b', 'run'].map(path => modeOf(join(folder, path)))), [
		'644',
		'755',
		'755',
		'644',
		'4777',
	]);
});

for (const name of ['../x', '/etc/x', 'a/../../x', '', '.', 'a\0b']) {
	test(`the name ${JSON.stringify(name)} is refused before anything is written`, async t => {
		await t.throwsAsync(writeVirtualContext({ok: 'ok', [name]: 'x'}, t.context.folder), {instanceOf: TypeError});

		await t.throwsAsync(stat(join(t.context.folder, 'ok')), {code: 'ENOENT'});
	});
}

test('a file cannot be a folder, too', async t => {
	await t.throwsAsync(writeVirtualContext({a: 'x', 'a/b': 'y'}, t.context.folder), {
		instanceOf: TypeError,
		message: /"a" cannot be written: it is also a folder/,
	});
});

test('a Dockerfile is found by any of its names, Dockerfile first (IGN-7)', async t => {
	const {folder} = t.context;
	await writeVirtualContext({Containerfile: 'c'}, folder);
	t.is(findDockerfile(folder), join(folder, 'Containerfile'));
	await writeVirtualContext({dockerfile: 'd'}, folder);
	t.is(findDockerfile(folder), join(folder, 'dockerfile'));
	await writeVirtualContext({Dockerfile: 'D', 'docker/prod': 'p'}, folder);
	t.is(findDockerfile(folder), join(folder, 'Dockerfile'));
	t.is(findDockerfile(folder, {file: join(folder, 'docker/prod')}), join(folder, 'docker/prod'));
	t.is(
		findDockerfile(folder, {file: 'docker/prod'}),
		join(folder, 'docker/prod'),
		'in the context if not where one stands',
	);
});

test('no Dockerfile is a usage error that says what was looked for', t => {
	const error = t.throws(() => findDockerfile(t.context.folder, {shown: './'}), {instanceOf: UsageError});

	t.is(error?.message, 'no Dockerfile in ./');
	t.deepEqual(error?.notes, ['looked for Dockerfile, dockerfile, Containerfile']);
	t.deepEqual(error?.help, ['name it: -f FILE']);
	t.throws(() => findDockerfile(t.context.folder, {file: 'nope'}), {message: 'no Dockerfile at nope'});
});
