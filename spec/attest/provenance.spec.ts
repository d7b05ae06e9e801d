import test from 'ava';
import type {BuildFacts, ProvenanceWishes} from '../../lib/attest/facts.ts';
import {provenance} from '../../lib/attest/provenance.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import {ociLayerGzip} from '../../lib/oci/media-types.ts';
import {plan} from '../plan/planning.ts';

const text = `ARG VERSION
FROM alpine:3.22 AS build
ARG VERSION
RUN --mount=type=secret,id=npm --mount=type=ssh,required make $VERSION
FROM scratch
ADD https://user:pass@example.com/a.tar /srv/
COPY --from=build /out /
COPY . /app
`;

const plainFacts = (dockerfile = text): BuildFacts => ({
	plan: plan(dockerfile, {buildArgs: {VERSION: 'hidden-1.4'}}),
	layers: [],
	madeBy: [],
	materials: [{uri: 'pkg:docker/alpine@3.22?platform=linux%2Famd64', digest: {sha256: 'ab'}}],
	dockerfile: {name: 'Dockerfile', text: dockerfile},
	args: {target: 'app', 'build-arg:VERSION': 'hidden-1.4', 'label:team': 'core'},
	resolved: new Map([['alpine:3.22', 'docker.io/library/alpine:3.22@sha256:ab']]),
	builderPlatform: 'linux/amd64',
	invocation: 'k3f9w2',
	started: '2026-01-02T03:04:05.678Z',
	finished: '2026-01-02T03:04:15.678Z',
});

const wishes: ProvenanceWishes = {mode: 'min', version: 'v1', builderID: '', reproducible: false};

test('version 1 in mode min tells where it came from, and neither build args nor steps', t => {
	t.deepEqual(provenance(plainFacts(), wishes), {
		predicateType: 'https://slsa.dev/provenance/v1',
		predicate: {
			buildDefinition: {
				buildType: 'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md',
				externalParameters: {
					configSource: {path: 'Dockerfile'},
					request: {
						frontend: 'dockerfile.v0',
						args: {target: 'app'},
						locals: [{name: 'context'}, {name: 'dockerfile'}],
					},
				},
				internalParameters: {builderPlatform: 'linux/amd64'},
				resolvedDependencies: [{uri: 'pkg:docker/alpine@3.22?platform=linux%2Famd64', digest: {sha256: 'ab'}}],
			},
			runDetails: {
				builder: {id: ''},
				metadata: {
					invocationId: 'k3f9w2',
					startedOn: '2026-01-02T03:04:05.678Z',
					finishedOn: '2026-01-02T03:04:15.678Z',
					buildkit_hermetic: false,
					buildkit_reproducible: false,
					buildkit_completeness: {request: false, resolvedDependencies: false},
					buildkit_metadata: {},
				},
			},
		},
	});
});

test('version 0.2 in mode min tells the same in its own fields', t => {
	t.deepEqual(provenance(plainFacts(), {...wishes, version: 'v0.2', builderID: 'https://ci/1'}), {
		predicateType: 'https://slsa.dev/provenance/v0.2',
		predicate: {
			builder: {id: 'https://ci/1'},
			buildType: 'https://mobyproject.org/buildkit@v1',
			materials: [{uri: 'pkg:docker/alpine@3.22?platform=linux%2Famd64', digest: {sha256: 'ab'}}],
			invocation: {
				configSource: {entryPoint: 'Dockerfile'},
				parameters: {
					frontend: 'dockerfile.v0',
					args: {target: 'app'},
					locals: [{name: 'context'}, {name: 'dockerfile'}],
				},
				environment: {platform: 'linux/amd64'},
			},
			metadata: {
				buildInvocationID: 'k3f9w2',
				buildStartedOn: '2026-01-02T03:04:05.678Z',
				buildFinishedOn: '2026-01-02T03:04:15.678Z',
				completeness: {parameters: false, environment: true, materials: false},
				reproducible: false,
				'https://mobyproject.org/buildkit@v1#hermetic': false,
				'https://mobyproject.org/buildkit@v1#metadata': {},
			},
		},
	});
});

for (const version of ['v1', 'v0.2'] as const) {
	test(`${version} in mode min has no trace of a build arg, of ids of secrets and of logins`, t => {
		const told = JSON.stringify(provenance(plainFacts(), {...wishes, version}));

		for (const hidden of ['hidden', 'npm', 'team', 'pass', 'make']) t.false(told.includes(hidden), hidden);
	});

	test(`${version} of what is said to be reproducible tells neither times nor the build`, t => {
		const told = JSON.stringify(provenance(plainFacts(), {...wishes, version, mode: 'max', reproducible: true}));

		for (const changing of ['k3f9w2', '2026-01-02']) t.false(told.includes(changing), changing);
		t.regex(told, /reproducible":true/);
	});
}

interface Max {
	readonly buildConfig: {readonly llbDefinition: readonly {readonly id: string; readonly inputs?: readonly string[]}[]};
	readonly invocation: {readonly parameters: object; readonly configSource: object};
	readonly metadata: Readonly<Record<string, unknown>>;
}

const max = (facts: BuildFacts) => provenance(facts, {...wishes, mode: 'max', version: 'v0.2'}).predicate as Max;

test('mode max tells the args, which secrets and agents are used, and the source', t => {
	const {invocation, metadata} = max(plainFacts());

	t.like(invocation.parameters, {
		args: {target: 'app', 'build-arg:VERSION': 'hidden-1.4', 'label:team': 'core'},
		secrets: [{id: 'npm', optional: true}],
		ssh: [{id: 'default', optional: false}],
	});
	t.like(metadata['https://mobyproject.org/buildkit@v1#metadata'], {
		source: {
			infos: [{filename: 'Dockerfile', language: 'Dockerfile', data: Buffer.from(text).toString('base64')}],
			locations: {step1: {locations: [{ranges: [{start: {line: 4}, end: {line: 4}}]}]}},
		},
	});
	t.like(metadata.completeness, {parameters: true});
});

test('mode max tells the steps that make files, each with what it starts from and uses', t => {
	const {llbDefinition: steps} = max(plainFacts()).buildConfig;
	const platform = {Architecture: 'amd64', OS: 'linux'};
	const source = (identifier: string) => ({Op: {source: {identifier}}});

	t.deepEqual(
		steps.map(({id, inputs = []}) => [id, ...inputs]),
		[
			['step0'],
			['step1', 'step0:0'],
			['step2'],
			['step3', 'step2:0'],
			['step4', 'step3:0', 'step1:0'],
			['step5'],
			['step6', 'step4:0', 'step5:0'],
		],
	);
	t.like(steps[0], {op: source('docker-image://docker.io/library/alpine:3.22@sha256:ab')});
	t.like(steps[1], {
		op: {
			platform,
			Op: {
				exec: {
					meta: {args: ['/bin/sh', '-c', 'make $VERSION'], cwd: '/'},
					mounts: [{mountType: 'SECRET', id: 'npm'}, {mountType: 'SSH'}],
				},
			},
		},
	});
	t.like(steps[2], {op: source('https://example.com/a.tar')});
	t.like(steps[5], {op: source('local://context')});
	t.like(steps[6], {op: {platform, Op: {file: {actions: [{Action: {copy: {src: ['.'], dest: '/app'}}}]}}}});
});

test('a login in the URL of an ADD is told by no step', t => {
	const {llbDefinition: steps} = max(plainFacts()).buildConfig;

	t.false(JSON.stringify(steps).includes('pass'));
});

test('a stage that goes on from another starts from its last step', t => {
	const {llbDefinition: steps} = max(
		plainFacts('FROM a AS one\nRUN x\nFROM one\nWORKDIR /w\nENV a=b\nRUN y'),
	).buildConfig;

	t.deepEqual(
		steps.map(({id, inputs = []}) => [id, ...inputs]),
		[['step0'], ['step1', 'step0:0'], ['step2', 'step1:0'], ['step3', 'step2:0']],
	);
});

test('a build is hermetic if no program could reach a network', t => {
	const hermetic = (dockerfile: string) =>
		max(plainFacts(dockerfile)).metadata['https://mobyproject.org/buildkit@v1#hermetic'];

	t.true(hermetic('FROM scratch\nCOPY a /'));
	t.true(hermetic('FROM a\nRUN --network=none x'));
	t.false(hermetic('FROM a\nRUN x'));
});

test('materials are complete unless files of this machine were used', t => {
	const complete = (dockerfile: string, facts: Partial<BuildFacts> = {}) =>
		(max({...plainFacts(dockerfile), ...facts}).metadata.completeness as {materials: boolean}).materials;

	t.true(complete('FROM a\nRUN x\nADD https://example.com/a /\nCOPY <<EOF /b\nEOF'));
	t.false(complete('FROM a\nCOPY a /'));
	t.false(complete('FROM a\nRUN --mount=type=bind,target=/x x'));
	t.true(complete('FROM a\nCOPY a /', {context: {uri: 'https://example.com/a.git', digest: {sha1: 'c0'}}}));
});

test('a context that was fetched is where the build is described', t => {
	const context = {uri: 'https://example.com/a.git#main', digest: {sha1: 'c0ffee'}};

	t.like(max({...plainFacts(), context}).invocation, {
		configSource: {...context, entryPoint: 'Dockerfile'},
		parameters: {locals: []},
	});
});

test('mode max tells what layers there were after each step that made one, and in the base', t => {
	const dockerfile = 'FROM a AS one\nRUN x\nFROM one\nENV a=b\nCOPY c /';
	const layers = ['base', 'x', 'c'].map((name, at) => ({mediaType: ociLayerGzip, digest: digestOf(name), size: at}));
	const plan = plainFacts(dockerfile).plan;
	const [run, copy] = plan.stages.flatMap(({steps}) => steps.filter(({kind}) => kind === 'run' || kind === 'copy'));
	const madeBy = [
		{id: run?.id ?? '', layer: 1},
		{id: copy?.id ?? '', layer: 2},
	];

	const {metadata, buildConfig} = max({...plainFacts(dockerfile), layers, madeBy});

	t.deepEqual(
		buildConfig.llbDefinition.map(({id, inputs = []}) => [id, ...inputs]),
		[['step0'], ['step1', 'step0:0'], ['step2'], ['step3', 'step1:0', 'step2:0']],
	);
	t.deepEqual((metadata['https://mobyproject.org/buildkit@v1#metadata'] as {layers: object}).layers, {
		'step0:0': [layers.slice(0, 1)],
		'step1:0': [layers.slice(0, 2)],
		'step3:0': [layers],
	});
	const all = max({...plainFacts('FROM a'), layers}).metadata['https://mobyproject.org/buildkit@v1#metadata'];
	t.deepEqual((all as {layers: object}).layers, {'step0:0': [layers]});
});
