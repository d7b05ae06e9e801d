import test from 'ava';
import {DockerfileError} from '../../lib/errors.ts';
import type {Mount} from '../../lib/plan/plan.ts';
import {runStep} from './planning.ts';

const mount = (text: string, before = ''): Mount | undefined =>
	runStep(`FROM scratch AS other\nFROM scratch\nWORKDIR /w\n${before}\nRUN --mount=${text} x`).mounts[0];

const mounts: readonly (readonly [text: string, mount: Mount])[] = [
	['target=/m', {type: 'bind', target: '/m', source: '/', readOnly: true}],
	['target=/m,z', {type: 'bind', target: '/m', source: '/', readOnly: true}],
	['src=a/../b,dst=m,rw', {type: 'bind', target: '/w/m', source: '/b', readOnly: false}],
	[
		'type=bind,from=other,destination=/m,readonly=false',
		{type: 'bind', target: '/m', from: {kind: 'stage', stage: 'other'}, source: '/', readOnly: false},
	],
	[
		'type=cache,target=/root/.npm/',
		{
			type: 'cache',
			target: '/root/.npm',
			source: '/',
			id: '/root/.npm',
			sharing: 'shared',
			readOnly: false,
		},
	],
	[
		'type=cache,id=go,target=/c,sharing=LOCKED,mode=0700,uid=5,from=other,source=/s',
		{
			type: 'cache',
			target: '/c',
			from: {kind: 'stage', stage: 'other'},
			source: '/s',
			id: 'go',
			sharing: 'locked',
			readOnly: false,
			mode: 0o700,
			uid: 5,
		},
	],
	['type=tmpfs,target=/t,size=64m', {type: 'tmpfs', target: '/t', readOnly: false, size: 64 * 1024 ** 2}],
	[
		'type=secret,id=npm',
		{
			type: 'secret',
			id: 'npm',
			target: '/run/secrets/npm',
			readOnly: true,
			required: false,
			mode: 0o400,
			uid: 0,
			gid: 0,
		},
	],
	[
		'type=secret,target=/root/.npmrc,required',
		{type: 'secret', id: '.npmrc', target: '/root/.npmrc', readOnly: true, required: true, mode: 0o400, uid: 0, gid: 0},
	],
	[
		'type=secret,id=npm,env=TOKEN',
		{type: 'secret', id: 'npm', env: 'TOKEN', readOnly: true, required: false, mode: 0o400, uid: 0, gid: 0},
	],
	[
		'type=ssh',
		{
			type: 'ssh',
			id: 'default',
			target: '/run/buildkit/ssh_agent.0',
			readOnly: true,
			required: false,
			mode: 0o600,
			uid: 0,
			gid: 0,
		},
	],
];

for (const [text, expected] of mounts) {
	test(`--mount=${text} gets its defaults`, t => {
		t.deepEqual(mount(text), expected);
	});
}

const mistakes: readonly (readonly [text: string, message: string])[] = [
	['type=cach,target=/m', 'type cannot be cach'],
	['tpye=cache', 'unknown key tpye'],
	['target=/a,target=/b', 'target is given twice'],
	['target', 'target needs a value'],
	['target=/', 'the target is the root'],
	['type=secret', 'a secret needs an id'],
	['type=secret,id=a,sharing=shared', 'a mount of type secret has no sharing'],
	['type=ssh,source=a', 'a mount of type ssh has no source'],
	['mode=0700,target=/m', 'a mount of type bind has no mode'],
	['type=tmpfs,target=/m,size=much', 'size cannot be much'],
	['type=cache,target=/m,uid=me', 'uid cannot be me'],
	['', 'nothing is no list of key=value'],
];

for (const [text, message] of mistakes) {
	test(`--mount=${text} is refused (RUN-7)`, t => {
		const error = t.throws(() => mount(text), {instanceOf: DockerfileError});

		t.is(error.message, `RUN: --mount: ${message}`);
		t.is(error.location?.column, 5);
	});
}

test('values of mounts are expanded', t => {
	t.like(mount('type=$kind,target=/c/$name', 'ENV kind=cache name=x'), {type: 'cache', target: '/c/x', id: '/c/x'});
});

test('BUILDKIT_CACHE_MOUNT_NS keeps the caches of builds apart (ARG-5)', t => {
	const step = runStep('FROM scratch\nRUN --mount=type=cache,target=/c x', {
		buildArgs: {BUILDKIT_CACHE_MOUNT_NS: 'team'},
	});

	t.is(step.mounts[0]?.id, 'team//c');
});
