import test from 'ava';
import {containerArgv, containerConfig, containerJob, volumePaths} from '../../lib/container/job.ts';
import type {RunOptions} from '../../lib/container/options.ts';
import type {ContainerConfig} from '../../lib/oci/image.ts';

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

type Case = readonly [title: string, image: ContainerConfig, options: Partial<RunOptions>, argv: readonly string[]];

const cases: readonly Case[] = [
	['CMD alone is what runs', {Cmd: ['a', 'b']}, {}, ['a', 'b']],
	['a command stands in place of CMD', {Cmd: ['a', 'b']}, {command: ['c']}, ['c']],
	['ENTRYPOINT comes before CMD', {Entrypoint: ['e'], Cmd: ['a']}, {}, ['e', 'a']],
	['and before a command', {Entrypoint: ['e'], Cmd: ['a']}, {command: ['c', '-d']}, ['e', 'c', '-d']],
	['--entrypoint leaves CMD out', {Entrypoint: ['e'], Cmd: ['a']}, {entrypoint: 'f'}, ['f']],
	['--entrypoint takes a command', {Entrypoint: ['e'], Cmd: ['a']}, {entrypoint: 'f', command: ['c']}, ['f', 'c']],
	['an empty --entrypoint takes that of the image away', {Entrypoint: ['e']}, {entrypoint: '', command: ['c']}, ['c']],
];

for (const [title, image, options, argv] of cases) {
	test(title, t => {
		t.deepEqual(containerArgv(containerConfig(image, {image: 'x', ...options}), 'x'), argv);
	});
}

test('an image that says nothing, with no command, is an error with a way out', t => {
	t.like(
		t.throws(() => containerArgv(containerConfig({}, {image: 'data'}), 'data')),
		{
			code: 'NO_COMMAND',
			help: ['say it: strata run data PROGRAM'],
		},
	);
});

test('the config is that of the image with what was said otherwise, and nothing else', t => {
	const image = {
		Env: ['A=1', path],
		User: 'app',
		WorkingDir: '/srv',
		Labels: {a: 'b'},
		Cmd: ['x'],
		StopSignal: 'SIGINT',
	};

	t.deepEqual(containerConfig(image, {image: 'x'}), image);
	t.deepEqual(containerConfig(image, {image: 'x', env: ['A=2', 'B=3'], user: '7:8', workdir: '/tmp', command: ['y']}), {
		...image,
		Env: ['A=2', path, 'B=3'],
		User: '7:8',
		WorkingDir: '/tmp',
		Cmd: ['y'],
	});
	t.deepEqual(containerConfig({}, {image: 'x', command: ['y']}), {Cmd: ['y'], Env: [path]});
});

test('a job has the name of its host, its terminal and its volumes', t => {
	const config = {Env: [path], User: 'app', WorkingDir: '/srv'};
	const volumes = [{source: '/home/data', target: '/data', readOnly: true}];
	const hosts = [{name: 'db', address: '10.0.0.7'}];
	const options: RunOptions = {image: 'x', volumes, network: 'none', terminal: {columns: 80, rows: 24}};

	t.deepEqual(containerJob({id: 'c0ffee', argv: ['sh'], config}, hosts, options), {
		id: 'c0ffee',
		argv: ['sh'],
		env: ['HOSTNAME=c0ffee', 'TERM=xterm', path],
		cwd: '/srv',
		user: 'app',
		hostname: 'c0ffee',
		network: 'none',
		security: 'sandbox',
		hosts,
		files: [],
		mounts: [{type: 'bind', source: '/home/data', target: '/data', readOnly: true}],
		terminal: {columns: 80, rows: 24},
	});
});

test('without a terminal there is no TERM, what the user says of HOSTNAME counts, and the network is that of the machine', t => {
	const job = containerJob({id: 'c0ffee', argv: ['sh'], config: {Env: ['HOSTNAME=mine']}}, [], {image: 'x'});

	t.deepEqual([job.env, job.cwd, job.network, 'terminal' in job], [['HOSTNAME=mine'], '/', 'default', false]);
});

test('the paths of volumes are relative, and the root is none', t => {
	t.deepEqual(volumePaths({Volumes: {'/data': {}, '/var/lib/x/': {}, '/': {}}}), ['data', 'var/lib/x']);
});
