import test from 'ava';
import {applyChange} from '../../lib/image/container-config.ts';
import type {ContainerConfig} from '../../lib/oci/image.ts';
import type {ConfigChange} from '../../lib/plan/plan.ts';

const before: ContainerConfig = {
	Env: ['PATH=/bin', 'A=1', 'AB=2'],
	Cmd: ['sh'],
	Labels: {a: '1'},
	ExposedPorts: {'80/tcp': {}},
	User: 'root',
};

/** A change, and what it makes of the config. What is not named is as before. */
const table: readonly (readonly [string, ConfigChange, Partial<ContainerConfig>])[] = [
	['ARG changes nothing', {set: 'arg'}, {}],
	['MAINTAINER changes nothing', {set: 'author', author: 'me'}, {}],
	['ENV replaces in its place, and appends', env(['A', '3'], ['B', '']), {Env: ['PATH=/bin', 'A=3', 'AB=2', 'B=']}],
	['ENV compares whole names', env(['AB', '=x']), {Env: ['PATH=/bin', 'A=1', 'AB==x']}],
	[
		'LABEL replaces and adds',
		{
			set: 'labels',
			values: [
				['a', '2'],
				['b', '3'],
			],
		},
		{Labels: {a: '2', b: '3'}},
	],
	['WORKDIR', {set: 'workdir', path: '/w'}, {WorkingDir: '/w'}],
	['USER', {set: 'user', user: '1:2'}, {User: '1:2'}],
	['CMD', {set: 'cmd', argv: ['a'], shellForm: false}, {Cmd: ['a'], ArgsEscaped: true}],
	['an empty CMD clears (CMD-1)', {set: 'cmd', argv: [], shellForm: false}, {Cmd: [], ArgsEscaped: true}],
	['EXPOSE adds', {set: 'ports', ports: ['80/tcp', '53/udp']}, {ExposedPorts: {'80/tcp': {}, '53/udp': {}}}],
	['VOLUME', {set: 'volumes', paths: ['/v', '/w']}, {Volumes: {'/v': {}, '/w': {}}}],
	['SHELL', {set: 'shell', argv: ['/bin/bash', '-c']}, {Shell: ['/bin/bash', '-c']}],
	['STOPSIGNAL', {set: 'stop-signal', signal: 'SIGQUIT'}, {StopSignal: 'SIGQUIT'}],
	['HEALTHCHECK', {set: 'healthcheck', healthcheck: {Test: ['NONE']}}, {Healthcheck: {Test: ['NONE']}}],
	['ONBUILD', {set: 'onbuild', trigger: 'RUN a'}, {OnBuild: ['RUN a']}],
];

for (const [title, change, after] of table) {
	test(`${title}, and leaves the old config as it was`, t => {
		const old = structuredClone(before);

		const {container} = applyChange({container: old, ownCmd: false}, change);

		t.deepEqual(container, {...before, ...after});
		t.deepEqual(old, before);
	});
}

test('ENTRYPOINT takes a CMD away unless it is of this stage (ENT-1)', t => {
	const change: ConfigChange = {set: 'entrypoint', argv: ['/e'], shellForm: false};
	const {Cmd: _, ...rest} = before;

	t.deepEqual(applyChange({container: before, ownCmd: false}, change).container, {...rest, Entrypoint: ['/e']});
	t.deepEqual(applyChange({container: before, ownCmd: true}, change).container, {...before, Entrypoint: ['/e']});
});

function env(...values: (readonly [string, string])[]): ConfigChange {
	return {set: 'env', values};
}
