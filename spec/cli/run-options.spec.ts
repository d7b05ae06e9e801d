import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {readArguments} from '../../lib/cli/arguments.ts';
import {command} from '../../lib/cli/commands/run.ts';
import {parseArguments} from '../../lib/cli/parse.ts';
import {portNotes, runOptions} from '../../lib/cli/run-options.ts';
import {folderFor} from '../helpers/folder.ts';

const pipe = {} as never;
const terminal = {isTTY: true, columns: 80, rows: 24} as never;

function parsed(argv: readonly string[]) {
	const read = readArguments(argv, command.flags, {command: 'run', flagsFirst: true});
	return parseArguments(read, argv, command.flags);
}

function asked(argv: readonly string[], {cwd = '/', stdin = pipe, stdout = pipe} = {}) {
	return runOptions(parsed(argv), {env: {HERE: 'yes'}, cwd, stdin, stdout});
}

const nothing = {command: [], env: [], volumes: [], network: 'host', hosts: {}, keep: true, pull: false, stdin: false};

for (const [argv, options] of [
	[['alpine'], {image: 'alpine'}],
	[['--rm', 'alpine', 'ls', '-la', '--rm'], {image: 'alpine', command: ['ls', '-la', '--rm'], keep: false}],
	[['alpine', '--', '-x'], {image: 'alpine', command: ['--', '-x']}],
	[['--', 'alpine', 'sh'], {image: 'alpine', command: ['sh']}],
	[['-e', 'A=b=c', '-eHERE', '-e', 'GONE', 'x'], {image: 'x', env: ['A=b=c', 'HERE=yes']}],
	[['-w', '/srv/../tmp', '-u', 'app:7', 'x'], {image: 'x', workdir: '/tmp', user: 'app:7'}],
	[['--entrypoint', '/bin/x', 'x'], {image: 'x', entrypoint: '/bin/x'}],
	[['--entrypoint=', 'x', 'sh'], {image: 'x', entrypoint: '', command: ['sh']}],
	[
		['--name', 'redis-try', '--network', 'none', '--pull', 'x'],
		{image: 'x', name: 'redis-try', network: 'none', pull: true},
	],
	[['-i', '--runtime', 'runc', 'x'], {image: 'x', stdin: true, runtime: 'runc'}],
	[['--platform', 'linux/arm64', 'x'], {image: 'x', platform: 'linux/arm64'}],
	[['--add-host', 'db:10.0.0.7', '--add-host', 'db=::1', 'x'], {image: 'x', hosts: {db: ['10.0.0.7', '::1']}}],
	[['-v', '/:/machine:ro,Z', 'x'], {image: 'x', volumes: [{source: '/', target: '/machine', readOnly: true}]}],
] as const) {
	test(`strata run ${argv.join(' ')}`, t => {
		t.deepEqual(asked(argv), {...nothing, ...options} as never);
	});
}

test('a path of -v counts from where one stands', async t => {
	const cwd = await folderFor(t);
	mkdirSync(join(cwd, 'data'));

	t.deepEqual(asked(['-v', './data:/data', 'x'], {cwd}).volumes, [
		{source: join(cwd, 'data'), target: '/data', readOnly: false},
	]);
});

test('-v of a link shows what it leads to', async t => {
	const cwd = await folderFor(t);
	mkdirSync(join(cwd, 'data'));
	symlinkSync('data', join(cwd, 'link'));

	t.deepEqual(asked(['-v', './link:/data', 'x'], {cwd}).volumes, [
		{source: join(cwd, 'data'), target: '/data', readOnly: false},
	]);
});

test('what -v cannot use is said', async t => {
	const cwd = await folderFor(t);
	writeFileSync(join(cwd, 'file'), '');
	symlinkSync('loop', join(cwd, 'loop'));

	for (const [from, reason] of [
		['./file/x', 'not a directory'],
		['./loop', 'too many symbolic links encountered'],
	]) {
		t.like(
			t.throws(() => asked(['-v', `${from}:/data`, 'x'], {cwd})),
			{name: 'UsageError', message: `-v ${from}:/data: cannot use ${from}: ${reason}`},
		);
	}
});

test('--env-file has lines as docker reads them, and --env comes after it', async t => {
	const cwd = await folderFor(t);
	writeFileSync(join(cwd, 'env'), '\ufeffA=b=c "d"\r\n\n# no\n  HERE\nGONE\nEMPTY=\n');

	t.deepEqual(asked(['-e', 'A=2', '--env-file', 'env', 'x'], {cwd}).env, ['A=b=c "d"', 'HERE=yes', 'EMPTY=', 'A=2']);
});

test('an --env-file that cannot be read, or says something else, is an error of usage', async t => {
	const cwd = await folderFor(t);
	writeFileSync(join(cwd, 'env'), 'A=1\nB C=2\n');

	for (const [file, message] of [
		['env', '--env-file: line 2 of env begins with no name of a variable'],
		['none', '--env-file: cannot read none: no such file or directory'],
		['.', '--env-file: cannot read .: illegal operation on a directory'],
	] as const) {
		t.like(
			t.throws(() => asked(['--env-file', file, 'x'], {cwd})),
			{name: 'UsageError', message},
		);
	}
});

test('-t has the size of the terminal, and needs one', t => {
	t.deepEqual(asked(['-it', 'x'], {stdin: terminal, stdout: terminal}).terminal, {columns: 80, rows: 24});
	t.is(t.throws(() => asked(['-it', 'x'], {stdout: terminal}))?.message, '-t needs a terminal: stdin is none');
	t.is(t.throws(() => asked(['-t', 'x']))?.message, '-t needs a terminal: stdin and stdout are none');
});

for (const [argv, message] of [
	[[], 'IMAGE is missing'],
	[['-v', 'data:/data', 'x'], '-v data:/data: strata keeps no volumes with names'],
	[['-v', '/data', 'x'], '--volume (-v) cannot be /data'],
	[['-v', '/:/x:odd', 'x'], '--volume (-v) cannot be /:/x:odd'],
	[['-v', '/:x', 'x'], '--volume (-v): x is no absolute path in the container'],
	[['-v', '/no/such/folder:/x', 'x'], '-v /no/such/folder:/x: there is no /no/such/folder'],
	[['-w', 'srv', 'x'], '--workdir (-w): srv is no absolute path in the container'],
	[['-e', '=x', 'x'], '--env (-e) cannot be =x'],
	[['--name', 'a b', 'x'], '--name cannot be a b'],
] as const) {
	test(`strata run ${argv.join(' ')} is an error of usage: ${message}`, t => {
		t.like(
			t.throws(() => asked(argv)),
			{name: 'UsageError', message},
		);
	});
}

for (const port of ['6379:6379', '6379', '0.0.0.0:6379:6379/tcp', '[::]:6379:6379']) {
	test(`-p ${port} is said to be so already`, t => {
		t.deepEqual(portNotes(parsed(['-p', port, 'x'])), [
			`note: -p ${port} is so already: the container has the network, and the ports, of this machine`,
		]);
	});
}

for (const port of ['127.0.0.1:6379:6379/tcp', '[::1]:6379:6379']) {
	test(`-p ${port} is said to be the program's to do`, t => {
		t.deepEqual(portNotes(parsed(['-p', port, 'x'])), [
			`note: -p ${port} opens nothing: on which address it listens is said by the program, which has the network of this machine`,
		]);
	});
}

for (const [argv, message] of [
	[['-p', '8080:80', 'x'], '-p 8080:80: port 80 of the container cannot be port 8080 of this machine'],
	[['-p', '80', '--network', 'none', 'x'], '-p 80 needs a network, and there is --network none'],
	[['-p', 'http', 'x'], '--publish (-p) cannot be http'],
] as const) {
	test(`strata run ${argv.join(' ')} is an error of usage`, t => {
		t.like(
			t.throws(() => portNotes(parsed(argv))),
			{name: 'UsageError', message},
		);
	});
}
