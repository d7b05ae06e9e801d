import test from 'ava';
import {DockerfileError} from '../../lib/errors.ts';
import {copyStep, plan, printed, runStep, targetStage} from './planning.ts';

const stageNames = (text: string, asked = {}) => plan(text, asked).stages.map(({name}) => name);

test('only what the target reaches is planned, in an order that can be built (FRM-3)', t => {
	const text =
		'FROM scratch AS a\nFROM $BROKEN AS b\nFROM scratch AS c\nFROM a\nCOPY --from=c / /\nRUN --mount=from=a,target=/m x';
	const {stages, omitted, target} = plan(text);

	t.deepEqual(
		stages.map(({name}) => name),
		['a', 'c', 'stage3'],
	);
	t.deepEqual(stages.at(-1)?.needs, ['a', 'c']);
	t.deepEqual(omitted, ['b']);
	t.is(target, 'stage3');
});

test('stages that each start from the one above may be more than the calls that a stack holds', t => {
	const stages = Array.from({length: 8000}, (_, index) => `FROM s${index} AS s${index + 1}`);

	t.is(plan(['FROM scratch AS s0', ...stages].join('\n')).stages.length, 8001);
});

test('a target is found by name, whatever the case, and by index (FRM-4, W-6)', t => {
	const text = 'FROM scratch AS one\nFROM scratch AS two';

	t.deepEqual(stageNames(text), ['two']);
	t.deepEqual(stageNames(text, {target: 'ONE'}), ['one']);
	t.deepEqual(stageNames(text, {target: '0'}), ['one']);
});

test('a target that is not there is an error with the nearest name', t => {
	const error = t.throws(() => plan('FROM scratch AS build\nFROM scratch', {target: 'buidl'}), {
		instanceOf: DockerfileError,
	});

	t.is(printed(error), 'error: there is no stage buidl\nnote: the stages are build, stage1\nhelp: did you mean build?');
});

test('of two stages with one name, the nearest above counts, and both keep names apart (FRM-1)', t => {
	const {stages} = plan('FROM scratch AS a\nFROM a AS A\nFROM scratch\nCOPY --from=a / /');

	t.deepEqual(
		stages.map(({name, needs}) => ({name, needs})),
		[
			{name: 'stage0', needs: []},
			{name: 'a', needs: ['stage0']},
			{name: 'stage2', needs: ['a']},
		],
	);
});

test('--from names a stage, an index, a context, an image or scratch (FRM-2)', t => {
	const from = (name: string) =>
		copyStep(`FROM scratch AS a\nFROM scratch\nCOPY --from=${name} / /`, {contexts: {shared: '../shared'}}).from;

	t.deepEqual(from('A'), {kind: 'stage', stage: 'a'});
	t.deepEqual(from('0'), {kind: 'stage', stage: 'a'});
	t.deepEqual(from('shared'), {kind: 'context', name: 'shared', source: '../shared'});
	t.like(from('alpine:3'), {kind: 'image', name: 'alpine:3'});
	t.deepEqual(from('scratch'), {kind: 'scratch'});
});

test('a stage cannot take from itself, from below, or through a variable', t => {
	const message = (text: string) => t.throws(() => plan(text), {instanceOf: DockerfileError}).message;

	t.is(message('FROM scratch AS a\nCOPY --from=a / /'), 'COPY: the stage a cannot use its own files');
	t.is(
		message('FROM scratch AS a\nCOPY --from=b / /\nFROM scratch AS b\nCOPY --from=a / /'),
		'COPY: the stage b comes later, at Dockerfile:3',
	);
	t.is(message('FROM scratch\nCOPY --from=0 / /'), 'COPY: there is no stage 0 above this one');
	t.is(message('FROM scratch\nCOPY --from=$X / /'), 'COPY: --from=$X cannot hold a variable');
	t.is(message('FROM scratch\nRUN --mount=from=$X,target=/m x'), 'RUN: --mount: from=$X cannot hold a variable');
});

test('a named context takes the place of a stage, and nothing of the stage is left (FRM-6)', t => {
	const text = 'FROM scratch AS lib\nRUN never\nFROM lib\nCOPY --from=lib / /';
	const contexts = {lib: 'docker-image://alpine:3'};
	const stage = targetStage(text, {contexts});

	t.like(stage.base, {kind: 'docker-image', name: 'lib', source: 'docker-image://alpine:3'});
	t.deepEqual(stageNames(text, {contexts}), ['stage1']);
	t.deepEqual(
		targetStage(text, {contexts, target: 'lib'}).steps.map(({kind}) => kind),
		['base'],
	);
});

test('a named context takes the place of an image, as docker names it, for its platform first (FRM-6)', t => {
	const base = (contexts: Record<string, string>) =>
		targetStage('FROM docker.io/library/alpine:latest', {contexts}).base;

	t.like(base({alpine: 'oci-layout://dir:tag'}), {kind: 'layout', source: 'oci-layout://dir:tag'});
	t.like(base({alpine: './a', 'alpine::linux/amd64': './b'}), {kind: 'context', source: './b'});
	t.like(base({'alpine:3': './a'}), {kind: 'image'});
	t.deepEqual(base({alpine: 'docker-image://scratch'}), {kind: 'scratch'});
});

test('FROM scratch takes no platform, FROM a stage that of the stage, others the one they ask for (FRM-5)', t => {
	const arm = {os: 'linux', architecture: 'arm64'};
	const text = 'FROM --platform=$BUILDPLATFORM alpine AS tools\nFROM tools AS a\nFROM alpine\nCOPY --from=a / /';
	const {stages} = plan(text, {platform: arm});

	t.deepEqual(
		stages.map(({platform}) => platform.architecture),
		['amd64', 'amd64', 'arm64'],
	);
	t.like(stages[2]?.base, {platform: arm});
});

test('steps are numbered as the Dockerfile reads, over what is reached (UX 2)', t => {
	const {stages} = plan('FROM scratch AS a\nRUN a\nFROM scratch AS b\nRUN b\nFROM scratch\nCOPY --from=a / /');

	t.deepEqual(
		stages.flatMap(({steps}) => steps.map(({id, label}) => `${id} ${label}`)),
		['s1 a 1/2', 's2 a 2/2', 's3 stage2 1/2', 's4 stage2 2/2'],
	);
	t.deepEqual(
		plan('FROM scratch\nRUN a').stages[0]?.steps.map(({label}) => label),
		['1/2', '2/2'],
	);
});

test('triggers of an image run right after FROM, and may need stages of their own (ONB-1)', t => {
	const configs = {base: {OnBuild: ['COPY --from=build /a /', 'RUN <<EOF\nx\nEOF']}};
	const {stages} = plan('FROM scratch AS build\nFROM base\nRUN after', {configs});

	t.deepEqual(
		stages.map(({name}) => name),
		['build', 'stage1'],
	);
	t.deepEqual(
		stages[1]?.steps.map(({text}) => text),
		['FROM base', 'ONBUILD COPY --from=build /a /', 'ONBUILD RUN <<EOF (1 line)', 'RUN after'],
	);
	t.like(stages[1]?.steps[2], {location: {start: 2}, createdBy: 'RUN /bin/sh -c x\n # buildkit'});
});

test('triggers of a stage run in those that are FROM it, once (ONB-1)', t => {
	const {stages} = plan('FROM scratch AS a\nONBUILD RUN x\nFROM a AS b\nFROM b');

	t.deepEqual(
		stages.map(({steps}) => steps.map(({text}) => text)),
		[['FROM scratch AS a', 'ONBUILD RUN x'], ['FROM a AS b', 'ONBUILD RUN x'], ['FROM b']],
	);
	t.deepEqual(stages[0]?.steps[1], {
		kind: 'config',
		id: 's2',
		label: 'a 2/2',
		text: 'ONBUILD RUN x',
		location: {file: 'Dockerfile', start: 2, end: 2},
		change: {set: 'onbuild', trigger: 'RUN x'},
	});
});

test('a plan is frozen, plain and the same for the same input', t => {
	const text = 'FROM alpine\nENV A=1\nRUN --mount=type=cache,target=/c x';
	const made = plan(text);

	t.true(Object.isFrozen(made.stages[0]?.steps[1]));
	t.deepEqual(JSON.parse(JSON.stringify(made)), made);
	t.is(JSON.stringify(plan(text)), JSON.stringify(made));
});

test('the network is that of the RUN, else that of the request (RUN-9)', t => {
	t.is(runStep('FROM scratch\nRUN x', {network: 'host'}).network, 'host');
	t.is(runStep('FROM scratch\nRUN --network=none x', {network: 'host'}).network, 'none');
});
