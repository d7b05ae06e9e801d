import {existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {buildLogs, logTail} from '../../lib/build/logs.ts';
import {folderFor} from '../helpers/folder.ts';

test('a build has a folder that says what its steps are', async t => {
	const root = await folderFor(t);
	const logs = buildLogs(root, 'abc');
	const description = {build: 'abc', at: '2026-01-02T03:04:05.678Z', names: ['x:latest'], steps: []};

	logs.describe(description);

	t.is(logs.fileOf('s2'), join(root, 'logs/abc/s2.log'));
	const written = () => JSON.parse(readFileSync(join(root, 'logs/abc/build.json'), 'utf8')) as {ended?: string};
	t.deepEqual(written(), {...description, pid: process.pid});
	logs.end();
	t.true(Date.parse(written().ended ?? '') > 0);
});

test('the logs of a build that goes on stay, however many came after it', async t => {
	const root = await folderFor(t);
	const description = {at: '2026-01-02T03:04:05.678Z', names: [], steps: []};
	for (const build of ['running', 'over']) {
		const logs = buildLogs(root, build);
		logs.describe({...description, build});
		if (build === 'over') logs.end();
	}
	mkdirSync(join(root, 'logs/killed'));
	writeFileSync(join(root, 'logs/killed/build.json'), JSON.stringify({...description, pid: 4_194_304}));
	for (const build of ['running', 'over', 'killed']) utimesSync(join(root, 'logs', build), 1, 1);

	for (let count = 1; count <= 21; count++) buildLogs(root, `new${count}`);

	t.deepEqual(
		['running', 'over', 'killed'].map(build => existsSync(join(root, 'logs', build))),
		[true, false, false],
	);
});

test('the logs of the last 20 builds are kept', async t => {
	const root = await folderFor(t);
	for (let age = 1; age <= 25; age++) {
		const folder = join(root, 'logs', `old${age}`);
		mkdirSync(folder, {recursive: true});
		writeFileSync(join(folder, 's1.log'), 'x');
		utimesSync(folder, 1_000_000 - age, 1_000_000 - age);
	}

	buildLogs(root, 'new');

	t.is(readdirSync(join(root, 'logs')).length, 20);
	t.true(existsSync(join(root, 'logs/new')) && existsSync(join(root, 'logs/old19')));
	t.false(existsSync(join(root, 'logs/old20')));
});

const tails: Readonly<Record<string, readonly [text: string, lines: number, last: readonly string[]]>> = {
	'no output': ['', 0, []],
	'one line without an end': ['a', 1, ['a']],
	'one line': ['a\n', 1, ['a']],
	'as many as are wanted': ['a\nb\n', 2, ['a', 'b']],
	'more than are wanted': ['a\nb\nc', 3, ['b', 'c']],
	'empty lines': ['\n\n\n', 3, ['', '']],
	'more than is read at once': [`${'x'.repeat(3_000_000)}\nb\nc\n`, 3, ['b', 'c']],
	'many lines': ['line\n'.repeat(500_000), 500_000, ['line', 'line']],
};

for (const [what, [text, lines, last]] of Object.entries(tails)) {
	test(`the end of a log: ${what}`, async t => {
		const file = join(await folderFor(t), 's1.log');
		writeFileSync(file, text);

		t.deepEqual(logTail(file, 2), {lines, last});
	});
}

test('a log that was never begun has no lines', t => {
	t.deepEqual(logTail('/none/s1.log', 20), {lines: 0, last: []});
});

test('of a line that is longer than the end that is read, the end is shown', async t => {
	const file = join(await folderFor(t), 's1.log');
	writeFileSync(file, `${'ä'.repeat(100_000)}end`);

	const {lines, last} = logTail(file, 20);

	t.is(lines, 1);
	t.true(last[0]?.endsWith('äend'));
});
