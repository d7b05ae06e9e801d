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
	return buildOptions(parseArguments(readArguments(argv, flags, {command: 'build'}), argv, flags), env);
}

test('every flag of build arrives in the options of the API', t => {
	t.deepEqual(
		options(
			[
				...[
					'-t',
					'a',
					'-t',
					'b',
					'--label',
					'x=1=2',
					'--label',
					'y',
					'--unsetlabel',
					'z',
					'--omit-history',
					'--platform',
					'linux/amd64,linux/arm64',
				],
				...[
					'--target',
					'test',
					'--build-context',
					'src=./s',
					'--context-mode',
					'git',
					'--build-arg',
					'A=1',
					'--pull',
					'--network',
					'none',
				],
				...['--dns', '10.0.0.53', '--dns-search', 'lan', '--dns-option', 'ndots:2', '--shm-size', '128m'],
				...['--ulimit', 'nofile=1024:4096', '--ulimit', 'core=-1', '--add-host', 'db=10.0.0.8'],
				...['--add-host', 'db:10.0.0.7', '--add-host', 'v6=[::1]', '--runtime', 'crun', '--jobs', '3', '--no-cache'],
				...['--cache-from', 'r.io/c', '--cache-from', 'type=local,src=in', '--cache-to', 'type=local,dest=c,mode=max'],
				...['--sbom', '--attest', 'type=provenance,mode=min,builder-id=https://ci/1'],
				...['--cache-mounts-from', 'r.io/m', '--cache-mounts-to', 'type=local,dest=c,max-size=2GB'],
				...['--allow', 'network.host,device', '--allow', 'device=v.com/c=n,alias=x', '-o', 'out', '--load'],
				...['--secret', 'id=a,env=A', '--secret', 'id=none,env=NONE', '--secret', 'id=f,source=/dev/null'],
				...['--tls-verify=false', '--cert-dir', 'certs', '--authfile', 'auth.json'],
				...['--format', 'docker', '--compression-format', 'estargz', '--compression-level', '9', '--force-compression'],
				...['--unset', 'volume=/data', '--unset', 'volume', '--unset', 'port=80', '--unset', 'port=53/udp'],
				...['--env', 'A', '--env', 'B=', '--env', 'NONE', '--from', 'debian', '--ignorefile', 'other'],
				...['--ssh', 'default', '--ssh', 'k=/dev/null,/dev/zero', '.'],
			],
			{A: 'value', SSH_AUTH_SOCK: '/agent'},
		),
		{
			tags: ['a', 'b'],
			labels: {x: '1=2', y: ''},
			unset: {labels: ['z'], volumes: ['/data', '*'], ports: ['80/tcp', '53/udp']},
			env: {A: 'value', B: ''},
			from: 'debian',
			ignoreFile: 'other',
			annotations: [],
			attestations: {sbom: true, provenance: {mode: 'min', builderID: 'https://ci/1'}},
			omitHistory: true,
			platforms: ['linux/amd64', 'linux/arm64'],
			target: 'test',
			contexts: {src: './s'},
			contextMode: 'git',
			buildArgs: {A: '1'},
			pull: true,
			registries: {tlsVerify: false, certDir: 'certs', authFile: 'auth.json'},
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
			cacheFrom: [
				{type: 'registry', ref: 'r.io/c'},
				{type: 'local', src: 'in'},
			],
			cacheTo: [{type: 'local', dest: 'c', mode: 'max', ignoreError: true}],
			cacheMountsFrom: [{type: 'registry', ref: 'r.io/m'}],
			cacheMountsTo: [{type: 'local', dest: 'c', maxSize: 2e9, ignoreError: true}],
			noCache: true,
			outputs: [{type: 'oci', dest: 'out'}, {type: 'load'}],
			mediaTypes: 'docker',
			compression: 'estargz',
			compressionLevel: 9,
			forceCompression: true,
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
	['--unset', 'user'],
	['--env', '=x'],
	['--shm-size', 'much'],
	['--ulimit', 'nofile'],
	['--ulimit', 'nofile=many'],
	['--ulimit', 'nofile=1:2:3'],
	['--jobs', '0'],
	['--jobs', 'many'],
	['--compression-level', 'high'],
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
	[
		'type=docker,dest=a,annotation.a.b=c',
		{type: 'docker', dest: 'a', annotations: [{on: 'manifest', key: 'a.b', value: 'c'}]},
	],
	['type=oci,"dest=a,b.tar"', {type: 'oci', dest: 'a,b.tar', tar: true}],
	['type=oci,dest=a.tar,tar', {type: 'oci', dest: 'a.tar', tar: true}],
	['type=oci,dest=a.tar,name=b:1', {type: 'oci', dest: 'a.tar', tar: true, names: ['b:1']}],
	['type=registry,oci-artifact=true', {type: 'registry', ociArtifact: true}],
	['type=oci,dest=a,rewrite-timestamp=false', {type: 'oci', dest: 'a', tar: true, rewriteTimestamp: false}],
	['type=docker,dest=a.tar,"name=b,c:1"', {type: 'docker', dest: 'a.tar', names: ['b', 'c:1']}],
	['type=oci,dest=a.tar,oci-mediatypes=false', {type: 'oci', dest: 'a.tar', tar: true, mediaTypes: 'docker'}],
	['type=docker,dest=a.tar,oci-mediatypes=true', {type: 'docker', dest: 'a.tar', mediaTypes: 'oci'}],
	[
		'type=oci,dest=a.tar,compression=zstd,compression-level=19,force-compression=true',
		{type: 'oci', dest: 'a.tar', tar: true, compression: 'zstd', compressionLevel: 19, forceCompression: true},
	],
	['type=local,dest=out', {type: 'local', dest: 'out'}],
	['type=local,dest=out,mode=delete', {type: 'local', dest: 'out', mode: 'delete'}],
	['type=local,dest=out,platform-split=false', {type: 'local', dest: 'out', split: false}],
	['type=tar,platform-split=true', {type: 'tar', dest: '-', split: true}],
	['type=tar,dest=root.tar', {type: 'tar', dest: 'root.tar'}],
	['type=tar,dest=-', {type: 'tar', dest: '-'}],
	['type=tar', {type: 'tar', dest: '-'}],
	['type=store', {type: 'store'}],
	['type=cacheonly', {type: 'cacheonly'}],
	['type=registry', {type: 'registry'}],
	['type=registry,name=r.io/app', {type: 'registry', names: ['r.io/app']}],
	['type=image,"name=r.io/a:1,r.io/b",push=true', {type: 'registry', names: ['r.io/a:1', 'r.io/b']}],
	['type=registry,push-by-digest=true,name=r.io/a', {type: 'registry', byDigest: true, names: ['r.io/a']}],
	['type=registry,name-canonical,registry.insecure=true', {type: 'registry', canonical: true, insecure: true}],
	['type=image', {type: 'store'}],
] as const) {
	test(`-o ${text} is understood`, t => {
		t.deepEqual(parseOutput(text), output);
	});
}

for (const [text, reason] of [
	['type=zip,dest=x', '--output (-o) cannot be of type zip'],
	['type=toString,dest=x', '--output (-o) cannot be of type toString'],
	['type=local', '--output (-o) has no dest='],
	['type=local,dest=-', '--output (-o) of type local needs a folder, not -'],
	['type=local,dest=x,mode=move', '--output (-o) cannot have mode=move: it is copy or delete'],
	['type=local,dest=x,tar=true', '--output (-o) of type local knows no tar='],
	['type=oci,dest=x,tar=maybe', '--output (-o) cannot have tar=maybe: it is true or false'],
	['type=registry,dest=x', '--output (-o) of type registry knows no dest='],
	[
		'type=oci,dest=x,compression=xz',
		'--output (-o) cannot have compression=xz: it is gzip, zstd, estargz, uncompressed',
	],
	['type=oci,dest=x,compression-level=max', 'compression-level cannot be max'],
	['type=tar,dest=x,compression=gzip', '--output (-o) of type tar knows no compression='],
	['type=cacheonly,dest=x', '--output (-o) of type cacheonly knows no dest='],
	['type=oci', '--output (-o) has no dest='],
	['type=oci,dest=', '--output (-o) has no dest='],
	['dest=x', '--output (-o) cannot be of type (empty)'],
	['type=oci,dest=x,annotation-layer.a=b', '--output (-o) of type oci knows no annotation-layer.a='],
	['type=oci,dest=x,compress=zstd', '--output (-o) of type oci knows no compress='],
] as const) {
	test(`-o ${text} is refused`, t => {
		t.is(t.throws(() => parseOutput(text), {instanceOf: UsageError})?.message, reason);
	});
}

const max = {mode: 'max'} as const;

for (const [argv, attestations] of [
	[[], {}],
	[['--sbom=false'], {sbom: false}],
	[['--provenance=true'], {provenance: {}}],
	[['--provenance=false'], {provenance: false}],
	[['--provenance=max'], {provenance: max}],
	[['--provenance', 'mode=max,version=v0.2'], {provenance: {...max, version: 'v0.2'}}],
	[['--attest=type=sbom', '--attest=type=provenance,mode=max'], {sbom: true, provenance: max}],
	[['--attest=type=sbom,disabled=true'], {sbom: false}],
	[['--sbom', '--oci-artifact'], {sbom: true, artifact: true}],
	[
		['--attest', 'type=provenance,reproducible=true,inline-only=true,"builder-id=a,b"'],
		{provenance: {reproducible: true, builderID: 'a,b'}},
	],
	[['--attest=type=sbom', '--sbom=false'], {sbom: false}],
] as const) {
	test(`build ${argv.join(' ')} . states what it says (CLI-14)`, t => {
		t.deepEqual(options([...argv, '.']).attestations, attestations);
	});
}

for (const [argv, reason] of [
	['--provenance=some', '--provenance cannot have some'],
	['--provenance=mode=full', '--provenance cannot have mode=full: it is min or max'],
	['--attest=type=provenance,version=v2', '--attest cannot have version=v2: it is v1 or v0.2'],
	['--attest=type=provenance,reproducible=yes', '--attest cannot have reproducible=yes: it is true or false'],
	['--attest=type=provenance,filename=x', '--attest knows no filename='],
	['--attest=type=vex', '--attest cannot be of type vex'],
	['--attest=mode=max', '--attest cannot be of type (empty)'],
	['--attest=type=sbom,generator=x', '--attest of type sbom knows no generator=: strata lists the packages itself'],
	['--attest=type="sbom', '--attest has a quote that is not closed'],
] as const) {
	test(`${argv} is refused`, t => {
		const error = t.throws(() => options([argv, '.']), {instanceOf: UsageError});

		t.is(error?.message, reason);
		t.regex(error?.help[0] ?? '', /^as in: --attest/);
	});
}

test('--push pushes once, whatever else is asked for', t => {
	t.deepEqual(options(['--push', '--load', '.']).outputs, [{type: 'registry'}, {type: 'load'}]);
	t.deepEqual(options(['--push', '-o', 'type=registry,name=a', '.']).outputs, [{type: 'registry', names: ['a']}]);
});

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

for (const [argv, given] of [
	[['--source-date-epoch', '7'], {sourceDateEpoch: 7}],
	[['--source-date-epoch', '7', '--rewrite-timestamp'], {sourceDateEpoch: 7, fileTimes: 'clamp'}],
	[['--source-date-epoch', '7', '--rewrite-timestamp=false'], {sourceDateEpoch: 7, fileTimes: 'keep'}],
	[['--timestamp', '0'], {sourceDateEpoch: 0, fileTimes: 'set'}],
	[[], {}],
] as const) {
	test(`CLI-21: ${argv.join(' ') || 'nothing'} says which times there will be`, t => {
		const {sourceDateEpoch, fileTimes} = options([...argv, '.']);

		t.deepEqual(
			{...(sourceDateEpoch === undefined ? {} : {sourceDateEpoch}), ...(fileTimes ? {fileTimes} : {})},
			given,
		);
	});
}

for (const argv of [
	['--timestamp', '1', '--source-date-epoch', '1'],
	['--timestamp', '1', '--rewrite-timestamp=false'],
	['--timestamp', 'today'],
	['--source-date-epoch', '-1'],
	['--source-date-epoch=1.5'],
]) {
	test(`${argv.join(' ')} is an error of usage`, t => {
		t.throws(() => options([...argv, '.']), {instanceOf: UsageError});
	});
}
