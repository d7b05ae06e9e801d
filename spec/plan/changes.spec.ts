import test from 'ava';
import {planChanges} from '../../lib/plan/changes.ts';

const platform = {os: 'linux', architecture: 'amd64'};
const config = {Env: ['PATH=/bin', 'NAME=world'], WorkingDir: '/srv', Shell: ['/bin/ash', '-c']};

for (const [text, change] of [
	['CMD ["redis-server"]', {set: 'cmd', argv: ['redis-server']}],
	['CMD redis-server', {set: 'cmd', argv: ['/bin/ash', '-c', 'redis-server']}],
	['ENTRYPOINT ["/run"]', {set: 'entrypoint', argv: ['/run']}],
	['env GREETING="hello $NAME"', {set: 'env', values: [['GREETING', 'hello world']]}],
	['EXPOSE 6379', {set: 'ports', ports: ['6379/tcp']}],
	['LABEL a=b', {set: 'labels', values: [['a', 'b']]}],
	['ONBUILD RUN make', {set: 'onbuild', trigger: 'RUN make'}],
	['USER 7:8', {set: 'user', user: '7:8'}],
	['VOLUME /data', {set: 'volumes', paths: ['/data']}],
	['WORKDIR sub', {set: 'workdir', path: '/srv/sub'}],
	['STOPSIGNAL INT', {set: 'stop-signal', signal: 'INT'}],
	['HEALTHCHECK NONE', {set: 'healthcheck', healthcheck: {Test: ['NONE']}}],
] as const) {
	test(`a commit takes ${text}, as docker's does`, t => {
		t.like(planChanges([text], {config, platform})[0], change as never);
	});
}

test('an instruction sees those before it', t => {
	const [, second] = planChanges(['ENV A=1', 'ENV B=$A'], {config, platform});

	t.like(second, {set: 'env', values: [['B', '1']]} as never);
});

for (const text of [
	'RUN make',
	'COPY a b',
	'FROM x',
	'ARG A',
	'COPPY a b',
	'EXPOSE x',
	'CMD a\nCMD b',
	'',
	'USER $NO:${',
]) {
	test(`a commit does not take ${JSON.stringify(text)}: an error of usage with a way out`, t => {
		const error = t.throws(() => planChanges([text], {config, platform}));

		t.like(error, {name: 'UsageError', exitCode: 2});
		t.regex(error?.message ?? '', /^--change \(-c\): /);
		t.true(((error as {help?: readonly string[]}).help ?? []).length > 0);
	});
}
