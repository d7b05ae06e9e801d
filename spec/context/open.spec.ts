import {once} from 'node:events';
import {chmod, link, mkdir, mkdtemp, rm, symlink, utimes, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import anyTest, {type TestFn} from 'ava';
import {parseIgnoreFile} from '../../lib/context/ignore-file.ts';
import {type ContextTree, openContext} from '../../lib/context/open.ts';
import {UsageError} from '../../lib/errors.ts';
import {joinPath} from '../../lib/tree/paths.ts';

const test = anyTest as TestFn<{folder: string}>;

test.beforeEach(async t => {
	t.context.folder = await mkdtemp(join(tmpdir(), 'strata-context-'));
});

test.afterEach.always(t => rm(t.context.folder, {recursive: true}));

async function write(folder: string, ...paths: readonly string[]): Promise<void> {
	for (const path of paths) {
		await mkdir(join(folder, dirname(path)), {recursive: true});
		await writeFile(join(folder, path), path);
	}
}

function open(folder: string, ...patterns: readonly string[]): ContextTree {
	return openContext(folder, {name: '.dockerignore', patterns: parseIgnoreFile(patterns.join('\n'))});
}

function everything(tree: ContextTree, directory = ''): string[] {
	return tree.list(directory).flatMap(name => {
		const path = joinPath(directory, name);
		return tree.stat(path)?.type === 'directory' ? [`${path}/`, ...everything(tree, path)] : [path];
	});
}

test('files have no owners, literal modes, whole seconds', async t => {
	const {folder} = t.context;
	await write(folder, 'd/f');
	await chmod(join(folder, 'd/f'), 0o4751);
	await utimes(join(folder, 'd/f'), 1.9, 1234567890.9);
	await chmod(join(folder, 'd'), 0o2700);
	await symlink('../x', join(folder, 'l'));

	const tree = open(folder);

	const content = {from: 'file', path: join(folder, 'd/f')};
	t.deepEqual(tree.stat('d/f'), {
		path: 'd/f',
		type: 'file',
		mode: 0o4751,
		uid: 0,
		gid: 0,
		size: 3,
		mtime: 1234567890,
		content,
	} as never);
	t.like(tree.stat('d'), {type: 'directory', mode: 0o2700, uid: 0, gid: 0, size: 0});
	t.like(tree.stat('l'), {type: 'symlink', mode: 0o777, linkname: '../x'});
	t.is(tree.stat('nope'), undefined);
});

test('nothing is looked up through a link', async t => {
	const {folder} = t.context;
	await write(folder, 'd/f');
	await symlink('d', join(folder, 'l'));
	await symlink('/etc', join(folder, 'out'));

	const tree = open(folder);

	t.is(tree.stat('l/f'), undefined);
	t.is(tree.stat('out/passwd'), undefined);
	t.deepEqual(tree.list('out'), []);
	t.is(tree.stat('d/f/x'), undefined);
});

test('names of one file say so, and have one content (CPY-16)', async t => {
	const {folder} = t.context;
	await write(folder, 'a');
	await link(join(folder, 'a'), join(folder, 'b'));

	const tree = open(folder);

	t.is(tree.stat('a')?.linkname, undefined);
	t.is(tree.stat('b')?.linkname, 'a');
	t.deepEqual(tree.stat('b')?.content, tree.stat('a')?.content);
});

test('names that are no UTF-8 are kept byte for byte', async t => {
	const {folder} = t.context;
	await writeFile(Buffer.concat([Buffer.from(`${folder}/x`), Buffer.of(0xff)]), 'raw');

	const tree = open(folder);

	t.deepEqual(tree.list(''), ['x\udcff']);
	t.is(tree.stat('x\udcff')?.size, 3);
});

test('a socket is an empty file, as in BuildKit (CPY-19)', async t => {
	const path = join(t.context.folder, 'socket');
	const server = createServer().listen(path);
	await once(server, 'listening');

	t.like(open(t.context.folder).stat('socket'), {type: 'file', size: 0});

	server.close();
});

const files = ['a/b/c', 'a/b/d', 'a/e', 'b', 'Dockerfile'];
for (const [title, patterns, expected] of [
	['nothing', [], ['Dockerfile', 'a/', 'a/b/', 'a/b/c', 'a/b/d', 'a/e', 'b']],
	['a directory and all in it', ['a'], ['Dockerfile', 'b']],
	['all but what a later line takes back (IGN-4)', ['a', '!a/b/c'], ['Dockerfile', 'a/', 'a/b/', 'a/b/c', 'b']],
	['all but what stands at any depth', ['*', '!**/d'], ['a/', 'a/b/', 'a/b/d']],
	['directories that end up empty', ['**/c', '**/d', 'a/b', '!a/b/x'], ['Dockerfile', 'a/', 'a/e', 'b']],
	['the Dockerfile itself (IGN-5)', ['Dockerfile', 'b'], ['a/', 'a/b/', 'a/b/c', 'a/b/d', 'a/e']],
] as const) {
	test(`ignored: ${title}`, async t => {
		await write(t.context.folder, ...files);

		const tree = open(t.context.folder, ...patterns);

		t.deepEqual(everything(tree), [...expected]);
	});
}

test('an ignored path is not there, and it can be told why', async t => {
	const {folder} = t.context;
	await write(folder, 'dist/a', 'dist/keep/b', 'src/x');

	const tree = open(folder, '# what is made', 'dist', '!dist/keep');

	t.is(tree.stat('dist/a'), undefined);
	t.deepEqual(tree.isIgnored('dist/a'), {file: '.dockerignore', line: 2, pattern: 'dist'});
	t.is(tree.stat('dist')?.type, 'directory');
	t.is(tree.isIgnored('dist'), undefined, 'something in it is not');
	t.is(tree.isIgnored('dist/keep/b'), undefined);
	t.is(tree.isIgnored('dist/nope'), undefined, 'what does not exist is not ignored');
});

test('a context that is none is a usage error', t => {
	t.throws(() => open(join(t.context.folder, 'nope')), {instanceOf: UsageError, code: 'NO_CONTEXT'});
});

test('a name that can be none is not there', t => {
	t.is(open(t.context.folder).stat('x'.repeat(300)), undefined);
});
