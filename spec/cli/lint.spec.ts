import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {lintRules, rulePage} from '../../lib/index.ts';
import {folderFor} from '../helpers/folder.ts';
import {told} from '../plan/lint/linting.ts';
import {strata} from './command.ts';

/** Runs strata in a folder with this Dockerfile. */
async function place(t: ExecutionContext, ...lines: readonly string[]) {
	const folder = await folderFor(t);
	writeFileSync(join(folder, 'Dockerfile'), `${lines.join('\n')}\n`);
	return (...args: readonly string[]) => strata(args, {cwd: folder, env: {STRATA_ROOT: join(folder, 'store')}});
}

const course = ['FROM scratch', 'COPY Dockerfile /', 'CMD redis-server'];

const warning = `warning: JSON arguments recommended for CMD (JSONArgsRecommended)
 --> Dockerfile:3
   3 | >>> CMD redis-server
help: CMD ["redis-server"]
help: why: strata lint --explain JSONArgsRecommended
`;

test('a build tells its warnings together before the summary, and counts them there (UX 2.7)', async t => {
	const run = await place(t, ...course);

	const {status, stderr} = await run('build', '-t', 'redis', '.');

	t.is(status, 0);
	const told = stderr.replace(/^packing .*\n/gm, '').replace(/DONE \d+\.\ds/g, 'DONE');
	t.true(told.includes(`[3/3] DONE\n${warning}\nredis:latest  `), told);
	t.regex(stderr, /^redis:latest {2}.*, 1 warning$/m);
});

test('of more than five warnings a build names the command that lists all; it says nothing of them with -q', async t => {
	const run = await place(t, 'FROM scratch', ...Array.from('abcdefg', name => `ENV ${name} 1`));

	const built = await run('build', '-f', 'Dockerfile', '--build-arg', 'a', '.');
	const quiet = await run('build', '-q', '.');

	t.is(built.stderr.match(/^warning: ENV/gm)?.length, 5);
	t.regex(built.stderr, /^and 2 more: strata build --check --file Dockerfile --build-arg a \.$/m);
	t.is(quiet.stderr, '');
});

test('--check lists what was found on stdout, builds nothing, and exits 8 if there is something (CLI-12, FE-2)', async t => {
	const run = await place(t, ...course);

	const found = await run('build', '--check', '.');
	const lint = await run('lint', '.');
	const none = await run('build', '--check', '--build-arg', 'BUILDKIT_DOCKERFILE_CHECK=skip=all', '.');
	const images = await run('images');

	t.deepEqual([found.status, found.stdout, found.stderr], [8, `${warning}\nDockerfile: 1 warning\n`, '']);
	t.deepEqual(lint, found);
	t.deepEqual([none.status, none.stdout], [0, 'Dockerfile: no warnings\n']);
	t.is(images.stdout, '');
});

test('--call check,format=json is the JSON of BuildKit (FE-2)', async t => {
	const run = await place(t, ...course);

	const {status, stdout} = await run('build', '--call', 'check,format=json', '.');

	const line = {line: 3};
	t.is(status, 8);
	t.deepEqual(JSON.parse(stdout), {
		warnings: [
			{
				ruleName: 'JSONArgsRecommended',
				description:
					'JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals',
				url: 'https://docs.docker.com/go/dockerfile/rule/json-args-recommended/',
				detail: 'JSON arguments recommended for CMD to prevent unintended behavior related to OS signals',
				location: {ranges: [{start: line, end: line}]},
			},
		],
		sources: [
			{
				filename: 'Dockerfile',
				data: Buffer.from(`${course.join('\n')}\n`).toString('base64'),
				language: 'Dockerfile',
			},
		],
	});
});

test('an error ends a check with what was found above it, and with its own exit code', async t => {
	const run = await place(t, 'FROM scratch AS One', 'BADCMD');

	const text = await run('build', '--check', '.');
	const json = await run('build', '--call', 'check,format=json', '.');
	const built = await run('build', '.');

	t.deepEqual([text.status, json.status, built.status], [3, 3, 3]);
	t.regex(text.stdout, /^warning: the stage name One .*\(StageNameCasing\)$/m);
	t.regex(text.stderr, /^error: unknown instruction BADCMD\n --> Dockerfile:2:1$/m);
	t.is(JSON.parse(json.stdout).buildError.location.ranges[0].start.line, 2);
	t.regex(built.stderr, /\(StageNameCasing\)[\s\S]*explain StageNameCasing\n\nerror: unknown instruction BADCMD/);
});

test('# check=error=true makes a build fail with 8 before its first step (PAR-10)', async t => {
	const run = await place(t, '# check=error=true', ...course);

	const built = await run('build', '-t', 'redis', '.');
	const json = await run('build', '--call', 'check,format=json', '.');
	const overridden = await run('build', '--build-arg', 'BUILDKIT_DOCKERFILE_CHECK=error=false', '.');

	t.deepEqual([built.status, json.status, overridden.status], [8, 8, 0]);
	t.regex(built.stderr, /^error: lint violation found for rules: JSONArgsRecommended\nnote: .*: Dockerfile:1$/m);
	t.notRegex(built.stderr, /COPY/);
	t.is(JSON.parse(json.stdout).buildError.message, 'lint violation found for rules: JSONArgsRecommended');
});

test('under rawjson a warning is an event with the rule, the place and the ways out (UX 2.10)', async t => {
	const run = await place(t, ...course);

	const {stderr} = await run('build', '--progress', 'rawjson', '.');

	const events = stderr
		.trim()
		.split('\n')
		.map(line => JSON.parse(line));
	const {t: _, ...event} = events.find(({type}) => type === 'warning');
	t.deepEqual(event, {
		v: 1,
		type: 'warning',
		rule: 'JSONArgsRecommended',
		message: 'JSON arguments recommended for CMD',
		detail: 'JSON arguments recommended for CMD to prevent unintended behavior related to OS signals',
		url: 'https://docs.docker.com/go/dockerfile/rule/json-args-recommended/',
		location: {file: 'Dockerfile', start: 3, end: 3},
		excerpt: [{number: 3, text: 'CMD redis-server', marked: true}],
		help: ['CMD ["redis-server"]', 'why: strata lint --explain JSONArgsRecommended'],
	});
});

test('GitHub Actions gets an annotation for each warning', async t => {
	const folder = await folderFor(t);
	writeFileSync(join(folder, 'Dockerfile'), `${course.join('\n')}\n`);

	const env = {STRATA_ROOT: join(folder, 'store'), GITHUB_ACTIONS: 'true'};
	const [built, checked] = await Promise.all([
		strata(['build', '.'], {cwd: folder, env}),
		strata(['lint', '.'], {cwd: folder, env}),
	]);

	t.regex(built.stderr, /^::warning file=Dockerfile,line=3::JSON arguments recommended for CMD$/m);
	t.is(checked.stderr, '::warning file=Dockerfile,line=3::JSON arguments recommended for CMD\n');
});

test('strata lint lists the rules, and --explain says why one is (UX 4)', async t => {
	const [list, data, page, wrong] = await Promise.all([
		strata(['lint']),
		strata(['lint', '--json']),
		strata(['lint', '--explain', 'fromascasing']),
		strata(['lint', '--explain', 'FromAsCassing']),
	]);

	t.is(list.stdout.split('\n').length, lintRules.length + 2);
	t.deepEqual(
		JSON.parse(data.stdout).map(({name}: {readonly name: string}) => name),
		lintRules.map(({name}) => name),
	);
	t.is(
		page.stdout,
		`FromAsCasing
The 'as' keyword should match the case of the 'from' keyword

FROM and AS are two words of one instruction. In one case they are read as such
at a glance.

Bad
  FROM alpine as tools
Good
  FROM alpine AS tools

Skip it above the instruction, or at the top of the file
  # check=skip=FromAsCasing
At Docker
  https://docs.docker.com/go/dockerfile/rule/from-as-casing/
`,
	);
	t.deepEqual(
		[wrong.status, wrong.stderr],
		[2, 'error: there is no rule FromAsCassing\nhelp: did you mean FromAsCasing?\nhelp: all rules: strata lint\n'],
	);
});

/** What a page leaves out: a base, and what only another build would find. */
const around: Readonly<Record<string, Parameters<typeof told>[1]>> = {
	InvalidBaseImagePlatform: {imagesFor: {'registry.example.com/only-for-arm64': {os: 'linux', architecture: 'arm64'}}},
	CopyIgnoredFile: {isExcluded: path => path === 'dist'},
};

for (const {name, experimental} of lintRules) {
	test(`the page of ${name} has a bad example that is found, and a good one that is not`, t => {
		const {bad = [], good = []} = rulePage(name) ?? {};
		const find = (lines: readonly string[], asked?: Parameters<typeof told>[1]) => {
			const head = experimental ? [`# check=experimental=${name}`] : [];
			const first = lines.some(line => /^from/i.test(line)) ? [] : ['FROM scratch'];
			const found = told([...head, ...first, ...lines].join('\n'), asked);
			return found.filter(line => line.includes(` ${name}: `)).length;
		};

		t.true(find(bad, around[name]) > 0);
		t.is(find(good, name === 'CopyIgnoredFile' ? {} : around[name]), 0);
	});
}

const stages = [
	'# build makes it',
	'FROM --platform=$BUILDPLATFORM scratch AS Build',
	'# VERSION is what it is',
	'ARG VERSION=1.2',
	'FROM build',
	'RUN --mount=type=secret,id=npm,required true',
];

test('--call outline says what a build takes, as BuildKit prints it (FE-3)', async t => {
	const run = await place(t, ...stages);

	const {stdout} = await run('build', '--call', 'outline', '.');
	const named = await run('build', '--call', 'outline', '--target', 'build', '--build-arg', 'VERSION=2', '.');
	const json = await run('build', '--call=outline,format=json', '.');

	const ranges = (line: number) => ({ranges: [{start: {line}, end: {line}}]});
	t.is(
		stdout,
		`BUILD ARG   VALUE   DESCRIPTION
VERSION     1.2     is what it is

SECRET   REQUIRED
npm      true

`,
	);
	t.is(
		named.stdout,
		`TARGET:      build
DESCRIPTION: makes it

BUILD ARG   VALUE   DESCRIPTION
VERSION     2       is what it is

`,
	);
	t.deepEqual(JSON.parse(json.stdout), {
		args: [{name: 'VERSION', description: 'is what it is', value: '1.2', location: ranges(4)}],
		secrets: [{name: 'npm', required: true, location: ranges(6)}],
		sources: [Buffer.from(`${stages.join('\n')}\n`).toString('base64')],
	});
});

test('--call targets lists the stages, as BuildKit prints them (FE-4)', async t => {
	const run = await place(t, ...stages);

	const {stdout} = await run('build', '--call', 'targets', '.');
	const json = await run('build', '--call', 'targets,format=json', '.');

	t.is(stdout, 'TARGET    DESCRIPTION\nbuild     makes it\n(default)\n');
	t.deepEqual(JSON.parse(json.stdout).targets, [
		{
			name: 'build',
			description: 'makes it',
			base: 'scratch',
			platform: '$BUILDPLATFORM',
			location: {ranges: [{start: {line: 2}, end: {line: 2}}]},
		},
		{default: true, base: 'build', location: {ranges: [{start: {line: 5}, end: {line: 5}}]}},
	]);
});

test('--call subrequests.describe says what can be asked, --call plan is strata plan, others are refused (FE-1, FE-5, FE-6)', async t => {
	const run = await place(t, ...course);

	const [described, data, planned, plan, wrong, build] = await Promise.all([
		run('build', '--call', 'subrequests.describe', '.'),
		run('build', '--call', 'subrequests.describe,format=json', '.'),
		run('build', '--call', 'plan,format=json', '.'),
		run('plan', '--json', '.'),
		run('build', '--call', 'outlines', '.'),
		run('build', '--call', 'build', '-q', '.'),
	]);

	t.regex(described.stdout, /^NAME +VERSION DESCRIPTION\noutline +1\.0\.0 +/);
	t.true(JSON.parse(data.stdout).every(({type, version}: Record<string, string>) => type === 'rpc' && version !== ''));
	t.deepEqual([planned.status, planned.stdout], [0, plan.stdout]);
	t.is(wrong.status, 2);
	t.regex(wrong.stderr, /^error: --call cannot be outlines\nhelp: it is one of: build, check, outline, targets, plan/);
	t.regex(build.stdout, /^sha256:/);
});
