import {gzipSync} from 'node:zlib';
import test from 'ava';
import {readArguments} from '../../lib/cli/arguments.ts';
import {buildOptions} from '../../lib/cli/build-options.ts';
import {buildFlags, globalFlags} from '../../lib/cli/flags.ts';
import {parseOutput} from '../../lib/cli/output-flag.ts';
import {parseArguments} from '../../lib/cli/parse.ts';
import {isArchive} from '../../lib/cli/source.ts';
import {UsageError} from '../../lib/errors.ts';

function options(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
	const flags = [...buildFlags, ...globalFlags];
	return buildOptions(parseArguments(readArguments(argv, flags, 'build'), argv, flags), env);
}

test('every flag of build arrives in the options of the API', t => {
	t.deepEqual(
		options(
			[
				...['-t', 'a', '-t', 'b', '--label', 'x=1=2', '--label', 'y', '--platform', 'linux/amd64,linux/arm64'],
				...['--target', 'test', '--build-context', 'src=./s', '--build-arg', 'A=1', '--pull', '--network', 'none'],
				...['--dns', '10.0.0.53', '--dns-search', 'lan', '--dns-option', 'ndots:2', '--shm-size', '128m'],
				...['--ulimit', 'nofile=1024:4096', '--ulimit', 'core=-1', '--add-host', 'db=10.0.0.8'],
				...['--add-host', 'db:10.0.0.7', '--add-host', 'v6=[::1]', '--runtime', 'crun', '--jobs', '3', '--no-cache'],
				...['--allow', 'network.host,device', '--allow', 'device=v.com/c=n,alias=x', '-o', 'out', '--load'],
				...['--secret', 'id=a,env=A', '--secret', 'id=none,env=NONE', '--secret', 'id=f,source=/dev/null'],
				...['--ssh', 'default', '--ssh', 'k=/dev/null,/dev/zero', '.'],
			],
			{A: 'value', SSH_AUTH_SOCK: '/agent'},
		),
		{
			tags: ['a', 'b'],
			labels: {x: '1=2', y: ''},
			platforms: ['linux/amd64', 'linux/arm64'],
			target: 'test',
			contexts: {src: './s'},
			buildArgs: {A: '1'},
			pull: true,
			network: 'none',
			secrets: {a: 'value', f: {file: '/dev/null'}},
			ssh: {default: {socket: '/agent'}, k: {keys: ['/dev/null', '/dev/zero']}},
			allow: ['network.host', 'device', 'device=v.com/c=n,alias=x'],
			hosts: {db: ['10.0.0.8', '10.0.0.7'], v6: '::1'},
			dns: {servers: ['10.0.0.53'], search: ['lan'], options: ['ndots:2']},
			shmSize: 2 ** 27,
			ulimits: {nofile: {soft: 1024, hard: 4096}, core: -1},
			runtime: 'crun',
			jobs: 3,
			noCache: true,
			outputs: [{type: 'oci', dest: 'out'}, {type: 'load'}],
		},
	);
});

test('stages that are not to come from the cache are a list, which --no-cache overrides (KEY-5)', t => {
	const filter = ['--no-cache-filter', 'a,b', '--no-cache-filter=c'];

	t.deepEqual(options([...filter, '.']).noCache, ['a', 'b', 'c']);
	t.is(options([...filter, '--no-cache', '.']).noCache, true);
});

test('a build arg without a value is the environment’s, or not given', t => {
	const env = {A: 'from env', EMPTY: '', SOURCE_DATE_EPOCH: '7'};

	t.deepEqual(options(['--build-arg', 'A', '--build-arg', 'EMPTY', '--build-arg', 'NONE', '.'], env).buildArgs, {
		A: 'from env',
		EMPTY: '',
		SOURCE_DATE_EPOCH: '7',
	});
	t.deepEqual(options(['--build-arg', 'SOURCE_DATE_EPOCH=8', '.'], env).buildArgs, {SOURCE_DATE_EPOCH: '8'});
	t.deepEqual(options(['.'], {SOURCE_DATE_EPOCH: ''}).buildArgs, {});
});

for (const argv of [
	['--build-arg', '=x'],
	['--build-context', 'src'],
	['--build-context', '=./x'],
	['--add-host', 'db'],
	['--shm-size', 'much'],
	['--ulimit', 'nofile'],
	['--ulimit', 'nofile=many'],
	['--ulimit', 'nofile=1:2:3'],
	['--jobs', '0'],
	['--jobs', 'many'],
	['--jobs', '1e3'],
]) {
	test(`${argv.join(' ')} is an error of usage with an example`, t => {
		const error = t.throws(() => options([...argv, '.']), {instanceOf: UsageError});

		t.regex(error?.help[0] ?? '', /^as in: --/);
	});
}

for (const [text, output] of [
	['out', {type: 'oci', dest: 'out'}],
	['./a=b', {type: 'oci', dest: './a=b'}],
	['-', {type: 'oci', dest: '-', tar: true}],
	['type=oci,dest=a.tar', {type: 'oci', dest: 'a.tar', tar: true}],
	['type=oci,dest=out,tar=false', {type: 'oci', dest: 'out'}],
	['dest=a.tar,type=docker', {type: 'docker', dest: 'a.tar'}],
	['type=docker,dest=-', {type: 'docker', dest: '-'}],
	['type=oci,"dest=a,b.tar"', {type: 'oci', dest: 'a,b.tar', tar: true}],
] as const) {
	test(`-o ${text} is understood`, t => {
		t.deepEqual(parseOutput(text), output);
	});
}

for (const [text, reason] of [
	['type=local,dest=x', '--output (-o) cannot be of type local'],
	['type=oci', '--output (-o) has no dest='],
	['type=oci,dest=', '--output (-o) has no dest='],
	['dest=x', '--output (-o) cannot be of type (empty)'],
	['type=oci,dest=x,compression=zstd', '--output (-o) knows no compression='],
] as const) {
	test(`-o ${text} is refused`, t => {
		t.is(t.throws(() => parseOutput(text), {instanceOf: UsageError})?.message, reason);
	});
}

function tarHeader(name: string): Buffer {
	const header = Buffer.alloc(512);
	header.write(name);
	header.fill(' ', 148, 156);
	header.write(
		`${header
			.reduce((sum, byte) => sum + byte, 0)
			.toString(8)
			.padStart(6, '0')}\0 `,
		148,
	);
	return header;
}

test('stdin is an archive if it is a tar or compressed, and else a Dockerfile', t => {
	t.true(isArchive(tarHeader('Dockerfile')));
	t.true(isArchive(gzipSync('x')));
	t.true(isArchive(Buffer.from('28b52ffd00', 'hex')));
	t.true(isArchive(Buffer.from('BZh91AY')));
	t.true(isArchive(Buffer.from('fd377a585a0000', 'hex')));
	t.false(isArchive(Buffer.from('FROM scratch\n')));
	t.false(isArchive(Buffer.from('FROM scratch\n'.repeat(100))));
	t.false(isArchive(Buffer.alloc(0)));
});
