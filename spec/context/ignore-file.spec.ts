import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import anyTest, {type TestFn} from 'ava';
import {parseIgnoreFile, readIgnoreFile} from '../../lib/context/ignore-file.ts';

const test = anyTest as TestFn<{folder: string}>;

test.beforeEach(async t => {
	t.context.folder = await mkdtemp(join(tmpdir(), 'strata-ignore-'));
});

test.afterEach.always(t => rm(t.context.folder, {recursive: true}));

for (const [title, text, expected] of [
	['a byte order mark is no part of a pattern', '\ufeffa', [['a', 1]]],
	['a comment begins in the first column', '# a\n # b\n#c', [['# b', 2]]],
	[
		'blanks around a pattern go, lines are counted from 1',
		'\n  a \r\n\n\tb\n',
		[
			['a', 2],
			['b', 4],
		],
	],
	[
		'paths are cleaned',
		'./a/../b//c/\n/d\n/',
		[
			['b/c', 1],
			['d', 2],
			['/', 3],
		],
	],
	['! stays in front', '! /a/b/ ', [['!a/b', 1]]],
] as const) {
	test(`${title} (IGN-2)`, t => {
		const patterns = parseIgnoreFile(text).map(({text, line}) => [text.replace(/(?<=.)\/$/, ''), line]);

		t.deepEqual(patterns, expected.map(pair => [...pair]) as never);
	});
}

test('the file of the Dockerfile wins over that of the folder, and they are not merged (IGN-1)', async t => {
	const {folder} = t.context;
	await mkdir(join(folder, 'docker'));
	await writeFile(join(folder, '.dockerignore'), 'a\n');
	await writeFile(join(folder, '.containerignore'), 'c\n');
	await writeFile(join(folder, 'docker/Dockerfile.dockerignore'), 'b\n');

	t.deepEqual(readIgnoreFile(folder, join(folder, 'docker/Dockerfile')), {
		name: 'docker/Dockerfile.dockerignore',
		patterns: [{text: 'b', line: 1}],
	});
	t.is(readIgnoreFile(folder, join(folder, 'Dockerfile'))?.name, '.dockerignore');
	t.is(readIgnoreFile(folder)?.name, '.dockerignore', 'a named context has its own (FRM-6)');
});

test('podman’s name is known, too (IGN-7)', async t => {
	await writeFile(join(t.context.folder, '.containerignore'), 'c\n');

	t.is(readIgnoreFile(t.context.folder)?.name, '.containerignore');
	t.is(readIgnoreFile(join(t.context.folder, 'none')), undefined);
});
