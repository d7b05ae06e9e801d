import test from 'ava';
import {diagnosisLines, fixLines} from '../../lib/cli/doctor-text.ts';
import {inspectLines} from '../../lib/cli/inspect-text.ts';
import {planJson, planLines} from '../../lib/cli/plan-text.ts';
import {tableLines} from '../../lib/cli/table.ts';
import {digest, id, plainStyle} from './events.ts';

const minute = 60_000;

test('inspect shows what is set (UX 4)', t => {
	const layer = (name: string, size: number, step: string) => ({
		digest: `sha256:${name}${'0'.repeat(52)}` as never,
		diffID: 'sha256:1' as never,
		size,
		step,
	});
	const details = {
		names: ['redis:latest'],
		id: id as never,
		digest: digest as never,
		platform: 'linux/amd64',
		size: 5_110_022,
		tagged: 0,
		base: {
			name: 'docker.io/library/alpine:latest',
			digest: 'sha256:90c225a5d58b275573955054a52fb1b156792d5da30b47ce6c894ddb5b64c4f3' as never,
		},
		config: {
			architecture: 'amd64',
			os: 'linux',
			rootfs: {type: 'layers', diff_ids: []},
			config: {
				Cmd: ['redis-server'],
				Entrypoint: null,
				Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
			},
		} as const,
		manifest: {schemaVersion: 2, config: {mediaType: '', digest: id as never, size: 1}, layers: []} as const,
		layers: [
			layer('786cc088b011', 3_623_807, 'base'),
			layer('08e9cb5efca5', 1_486_223, '2/3 RUN apk add --update redis'),
		],
		attestations: [
			{
				predicateType: 'https://spdx.dev/Document',
				digest: `sha256:f243eb88dac3${'0'.repeat(52)}` as never,
				size: 66_701,
			},
		],
	};

	t.deepEqual(inspectLines(details, 2 * minute), [
		'redis:latest  5.1 MB, 2 layers, linux/amd64, built 2 minutes ago',
		'digest  sha256:f6b87a48a0af0d0e3bc58ba874fc1069692df54586af6610066fc4d75061b933',
		'id      sha256:b6ed094a0dd607e71b0471b4ceac6a772cf690d433e764a68356a0ce5fc61ec5',
		'base    docker.io/library/alpine:latest',
		'        sha256:90c225a5d58b275573955054a52fb1b156792d5da30b47ce6c894ddb5b64c4f3',
		'cmd     ["redis-server"]',
		'env     PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
		'layer   786cc088b011  3.6 MB  base',
		'layer   08e9cb5efca5  1.5 MB  2/3 RUN apk add --update redis',
		'states  f243eb88dac3  67 kB  https://spdx.dev/Document',
	]);
});

const platform = {os: 'linux', architecture: 'amd64'};
const step = (label: string, kind: 'base' | 'run' | 'config', start: number, text: string) =>
	({id: 's1', label, kind, text, location: {file: 'Dockerfile', start, end: start}}) as never;

test('plan shows a block a stage (UX 4)', t => {
	const plan = {
		version: 1,
		target: 'stage0',
		platform,
		file: 'Dockerfile',
		omitted: [],
		unusedArgs: [],
		stages: [
			{
				name: 'stage0',
				index: 0,
				platform,
				needs: [],
				base: {
					kind: 'image',
					name: 'alpine',
					platform,
					resolved: 'docker.io/library/alpine@sha256:90c225a5d58b275573955054a52fb1b156792d5da30b47ce6c894ddb5b64c4f3',
				},
				steps: [
					step('1/3', 'base', 1, 'FROM alpine'),
					step('2/3', 'run', 2, 'RUN apk add --update redis'),
					step('3/3', 'config', 3, 'CMD ["redis-server"]'),
				],
			},
		],
	} as const;

	t.deepEqual(planLines([plan], '…'), [
		'Dockerfile, linux/amd64, target stage0: 1 stage, 3 steps',
		'stage0',
		'  1/3  base    :1  FROM alpine = docker.io/library/alpine@sha256:90c225a5d58b…',
		'  2/3  run     :2  RUN apk add --update redis',
		'  3/3  config  :3  CMD ["redis-server"]',
	]);
});

test('plan says what a stage needs and what is left out (UX 4)', t => {
	const stage = (name: string, needs: readonly string[]) => ({
		name,
		index: 0,
		platform,
		needs,
		base: {kind: 'scratch'} as const,
		steps: [step(`${name} 1/1`, 'base', 1, 'FROM scratch')],
	});
	const lines = planLines(
		[
			{
				version: 1,
				target: 'app',
				platform,
				file: 'Dockerfile',
				omitted: ['test', 'docs'],
				unusedArgs: [],
				stages: [stage('deps', []), stage('assets', []), stage('app', ['deps', 'assets'])],
			},
		],
		'…',
	);

	t.deepEqual(lines.slice(-3), [
		'app  needs deps, assets',
		'  1/1  base  :1  FROM scratch',
		'left out: test, docs (the target does not need them)',
	]);
});

test('a plan as data has its keys in order, at every depth', t => {
	const plan = {
		version: 1,
		target: 'app',
		platform,
		file: 'Dockerfile',
		omitted: [],
		unusedArgs: [],
		stages: [],
	} as const;
	const text =
		'{"file":"Dockerfile","omitted":[],"platform":{"architecture":"amd64","os":"linux"},"stages":[],"target":"app","unusedArgs":[],"version":1}';

	t.is(JSON.stringify(planJson([plan])), text);
	t.is(JSON.stringify(planJson([plan, plan])), `[${text},${text}]`);
});

const findings = [
	{topic: 'user namespaces', state: 'ok', found: 'allowed (kernel 6.8, max_user_namespaces 63432)'},
	{
		topic: 'overlay',
		state: 'failure',
		found: 'mount refused: No such device',
		effect: 'RUN will copy file systems instead: slower, more disk',
		cure: 'modprobe overlay  (root, once)',
	},
	{topic: 'cgroups', state: 'warning', found: 'hybrid v1/v2: memory limits cannot be set'},
] as const;
const diagnosis = {findings, canRun: true, summary: 'This machine can build. 1 thing makes it slower.'};

test('doctor says what it found, what follows, and what to type (UX 4)', t => {
	t.deepEqual(diagnosisLines(diagnosis, plainStyle), [
		'✔ user namespaces   allowed (kernel 6.8, max_user_namespaces 63432)',
		'✖ overlay           mount refused: No such device',
		'                    RUN will copy file systems instead: slower, more disk',
		'                    cure: modprobe overlay  (root, once)',
		'⚠ cgroups           hybrid v1/v2: memory limits cannot be set',
		'This machine can build. 1 thing makes it slower.',
	]);
});

test('doctor --fix is a shell script of the cures', t => {
	t.deepEqual(fixLines(diagnosis), [
		'#!/bin/sh',
		'set -e',
		'',
		'# overlay: mount refused: No such device',
		'# (root, once)',
		'modprobe overlay',
	]);
	t.deepEqual(fixLines({...diagnosis, findings: []}), ['#!/bin/sh', '# nothing to cure']);
});

test('a table has two blanks between columns, numbers right, text left, no lines (UX 4)', t => {
	const lines = tableLines(
		[
			{head: 'STEP'},
			{head: 'CREATED'},
			{head: 'INSTRUCTION'},
			{head: 'SIZE', right: true},
			{head: 'UNPACKED', right: true},
			{head: 'FILES', right: true},
		],
		[
			['3', '2 minutes ago', 'CMD ["redis-server"]', '-', '-', '-'],
			['2', '2 minutes ago', 'RUN apk add --update redis', '1.5 MB', '4.8 MB', '61'],
			['base', '5 weeks ago', 'CMD ["/bin/sh"]', '-', '-', '-'],
			['base', '5 weeks ago', 'ADD alpine-minirootfs.tar.gz /', '3.6 MB', '8.0 MB', '522'],
		],
		{ellipsis: '…'},
	);

	t.deepEqual(lines, [
		'STEP  CREATED        INSTRUCTION                       SIZE  UNPACKED  FILES',
		'3     2 minutes ago  CMD ["redis-server"]                 -         -      -',
		'2     2 minutes ago  RUN apk add --update redis      1.5 MB    4.8 MB     61',
		'base  5 weeks ago    CMD ["/bin/sh"]                      -         -      -',
		'base  5 weeks ago    ADD alpine-minirootfs.tar.gz /  3.6 MB    8.0 MB    522',
	]);
});

test('a cell is one line, and moves no cursor (UX 9)', t => {
	const cells = ['linux/\u001B]52;c;aGk=\u0007', 'a\nb', 'c\u009B2Jd', 'e\u202Ef'];
	const rows = cells.map(cell => [cell]);

	t.deepEqual(tableLines([{head: 'PLATFORM'}], rows, {ellipsis: '…'}), [
		'PLATFORM',
		'linux/\\u001b]52;c;aGk=\\u0007',
		'a\\nb',
		'c\\u009b2Jd',
		'e\\u202ef',
	]);
});

test('what a terminal has no room for is cut in the one column that gives way', t => {
	const rows = [['1', `RUN ${'日本'.repeat(30)}`, '3.6 MB']];
	const columns = [{head: 'STEP'}, {head: 'INSTRUCTION', flexible: true}, {head: 'SIZE', right: true}];

	t.deepEqual(tableLines(columns, rows, {ellipsis: '…', width: 40}), [
		'STEP  INSTRUCTION                   SIZE',
		'1     RUN 日本日本日本日本日本…   3.6 MB',
	]);
});
