import test from 'ava';
import {lastStep, plan, runStep} from './planning.ts';

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

test('a global ARG is seen by FROM, and by a stage only where it is declared anew (EXP-5)', t => {
	const {stages} = plan('ARG V=3\nFROM alpine:$V\nRUN a\nARG V\nRUN b');
	const [undeclared, , declared] = stages[0]?.steps.slice(1) ?? [];

	t.like(stages[0]?.base, {name: 'alpine:3'});
	t.deepEqual(undeclared?.kind === 'run' && undeclared.env, [path]);
	t.deepEqual(declared?.kind === 'run' && declared.env, [path, 'V=3']);
});

test('a build arg goes before the default of a stage, and that before the global one (EXP-6)', t => {
	const text = 'ARG A=global\nFROM scratch\nARG A=stage\nRUN a';

	t.deepEqual(runStep(text).env, [path, 'A=stage']);
	t.deepEqual(runStep(text, {buildArgs: {A: 'given'}}).env, [path, 'A=given']);
	t.deepEqual(runStep('ARG A=global\nFROM scratch\nARG A\nRUN a').env, [path, 'A=global']);
});

test('of ENV and ARG, whichever is set last counts (W-8)', t => {
	t.deepEqual(runStep('FROM scratch\nARG A=arg\nENV A=env\nRUN a').env, [path, 'A=env']);
	t.deepEqual(runStep('FROM scratch\nENV A=env\nARG A=arg\nRUN a').env, [path, 'A=arg']);
	t.deepEqual(runStep('FROM base\nARG A=arg\nRUN a', {configs: {base: {Env: ['A=base']}}}).env, ['A=arg', path]);
});

test('an ARG without a value is in no environment (EXP-8)', t => {
	t.deepEqual(runStep('FROM scratch\nARG FOO\nARG BAR=\nRUN env').env, [path, 'BAR=']);
});

test('FROM a stage goes on with its ENV, ARGs, WORKDIR, USER and SHELL; siblings see none of them (EXP-7, W-7)', t => {
	const first = 'FROM scratch AS a\nARG A=1\nENV B=2\nWORKDIR /w\nUSER u\nSHELL ["/bin/bash", "-c"]\n';

	t.like(runStep(`${first}FROM a\nRUN x`), {
		env: [path, 'A=1', 'B=2'],
		workdir: '/w',
		user: 'u',
		command: ['/bin/bash', '-c', 'x'],
		createdBy: 'RUN /bin/bash -c x # buildkit',
	});
	t.like(runStep(`${first}FROM scratch\nRUN x`), {
		env: [path],
		workdir: '/',
		user: '',
		command: ['/bin/sh', '-c', 'x'],
	});
});

test('ENV sees what was set before it, ARG also what stands left of it (EXP-3)', t => {
	t.deepEqual(runStep('FROM scratch\nENV a=old\nENV a=new b=$a\nRUN x').env.slice(1), ['a=new', 'b=old']);
	t.deepEqual(runStep('FROM scratch\nARG A=1 B=$A\nRUN x').env.slice(1), ['A=1', 'B=1']);
});

test('what the base sets is seen, and its PATH is kept (FRM-7, FRM-8)', t => {
	const config = {Env: ['PATH=/bin', 'A=1'], User: 'app', WorkingDir: '/srv', Shell: ['/bin/ash', '-c']};

	t.like(runStep('FROM base\nRUN x', {configs: {base: config}}), {
		env: ['PATH=/bin', 'A=1'],
		user: 'app',
		workdir: '/srv',
		command: ['/bin/ash', '-c', 'x'],
	});
});

test('a base without a working directory has the root (WD-2)', t => {
	t.is(runStep('FROM base\nRUN x', {configs: {base: {}}}).workdir, '/');
	t.is(runStep('FROM base\nWORKDIR a\nRUN x', {configs: {base: {}}}).workdir, '/a');
});

test('platform args are global, can be given, and are seen where declared (ARG-1)', t => {
	const arm = {platform: {os: 'linux', architecture: 'arm', variant: 'v7'}};

	t.deepEqual(runStep('FROM scratch\nARG TARGETPLATFORM BUILDARCH\nRUN x', arm).env.slice(1), [
		'TARGETPLATFORM=linux/arm/v7',
		'BUILDARCH=amd64',
	]);
	t.like(plan('FROM base-$TARGETARCH', {buildArgs: {TARGETARCH: 'mine'}}).stages[0]?.base, {name: 'base-mine'});
});

test('TARGETSTAGE is the target, or the name of the last stage, or default (ARG-2)', t => {
	const text = 'FROM scratch AS a\nARG TARGETSTAGE\nRUN x';

	t.is(runStep(text, {target: 'a'}).env.at(-1), 'TARGETSTAGE=a');
	t.is(runStep(text).env.at(-1), 'TARGETSTAGE=a');
	t.is(runStep('FROM scratch\nARG TARGETSTAGE\nRUN x').env.at(-1), 'TARGETSTAGE=default');
});

test('a proxy reaches the environment, but neither history nor the args, unless an ARG declares it (ARG-3, HIS-5)', t => {
	const buildArgs = {http_proxy: 'http://proxy'};

	t.like(runStep('FROM scratch\nRUN x', {buildArgs}), {
		env: [path],
		proxyEnv: ['HTTP_PROXY=http://proxy', 'http_proxy=http://proxy'],
		createdBy: 'RUN /bin/sh -c x # buildkit',
	});
	t.like(runStep('FROM scratch\nARG http_proxy\nRUN x', {buildArgs}), {
		env: [path, 'http_proxy=http://proxy'],
		proxyEnv: ['HTTP_PROXY=http://proxy'],
		createdBy: 'RUN |1 http_proxy=http://proxy /bin/sh -c x # buildkit',
	});
});

test('build args that nothing declares are told, with the nearest name (ARG-10)', t => {
	const buildArgs = {VERSON: '1', OTHER: '2', HTTP_PROXY: 'x', BUILDKIT_INLINE_CACHE: '1', SOURCE_DATE_EPOCH: '1'};

	t.deepEqual(plan('FROM scratch AS a\nARG VERSION\nFROM scratch', {buildArgs}).unusedArgs, [
		{name: 'VERSON', suggestion: 'VERSION'},
		{name: 'OTHER'},
	]);
});

test('a build arg named as a property of objects is one like others', t => {
	t.deepEqual(runStep('FROM scratch\nARG constructor\nRUN $toString').env, [path]);
});

test('WORKDIR goes on from the one before it, and is cleaned (WD-1)', t => {
	t.like(lastStep('FROM scratch\nUSER 7\nWORKDIR /a\nENV d=c\nWORKDIR b/../$d/'), {
		kind: 'workdir',
		path: '/a/c',
		user: '7',
		change: {set: 'workdir', path: '/a/c'},
		createdBy: 'WORKDIR /a/c',
	});
});
