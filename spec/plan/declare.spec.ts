import test from 'ava';
import {DockerfileError} from '../../lib/errors.ts';
import {lastStep, plan, runStep} from './planning.ts';

const after = (...lines: readonly string[]) => lastStep(['FROM scratch', ...lines].join('\n'));

const ports: Readonly<Record<string, readonly string[]>> = {
	'80': ['80/tcp'],
	'80/UDP 53/Sctp': ['53/sctp', '80/udp'],
	'8000-8002/tcp': ['8000/tcp', '8001/tcp', '8002/tcp'],
	'80/': ['80/tcp'],
	'0': ['0/tcp'],
	'127.0.0.1:8080:80': ['80/tcp'],
	'[::1]:8080:80/udp': ['80/udp'],
	'127.0.0.1::80': ['80/tcp'],
	'8000-8010:80': ['80/tcp'],
};

for (const [words, exposed] of Object.entries(ports)) {
	test(`EXPOSE ${words} declares ${exposed.join(', ')} (EXPO-1)`, t => {
		t.like(after(`EXPOSE ${words}`), {change: {set: 'ports', ports: exposed}});
	});
}

for (const words of ['80/icmp', '65536', '90-80', 'http', '/tcp', '80:90-91:1', 'host:80:80', '1-2:80-82', '-1']) {
	test(`EXPOSE ${words} is an error (EXPO-1)`, t => {
		t.throws(() => after(`EXPOSE ${words}`), {instanceOf: DockerfileError, code: 'BAD_PORT'});
	});
}

for (const signal of ['SIGTERM', 'term', '9', 'SIGRTMIN+3', 'rtmax-14', '$S']) {
	test(`STOPSIGNAL ${signal} is a signal, kept as it is written (STP-1)`, t => {
		t.like(after('ENV S=SIGUSR1', `STOPSIGNAL ${signal}`), {
			change: {set: 'stop-signal', signal: signal === '$S' ? 'SIGUSR1' : signal},
		});
	});
}

for (const signal of ['SIGNONE', '0', 'RTMIN+16', '$NONE']) {
	test(`STOPSIGNAL ${signal} is an error (STP-1)`, t => {
		t.throws(() => after(`STOPSIGNAL ${signal}`), {instanceOf: DockerfileError, code: 'BAD_SIGNAL'});
	});
}

test('VOLUME declares words or JSON, expanded; an empty one is an error (VOL-1)', t => {
	t.like(after('ENV d=/data', 'VOLUME $d /x'), {change: {set: 'volumes', paths: ['/data', '/x']}});
	t.like(after('VOLUME ["/a b", "$d/c"]'), {change: {set: 'volumes', paths: ['/a b', '/c']}});
	for (const empty of ['VOLUME [""]', 'VOLUME $NONE']) t.throws(() => after(empty), {instanceOf: DockerfileError});
});

test('SHELL is for the shell forms of RUN, CMD and ENTRYPOINT after it, and not for HEALTHCHECK (SH-1, HC-1)', t => {
	const shell = 'SHELL ["/bin/bash", "-ec"]';

	t.deepEqual(runStep(`FROM scratch\n${shell}\nRUN a b`).command, ['/bin/bash', '-ec', 'a b']);
	t.like(after(shell, 'CMD a b'), {change: {argv: ['/bin/bash', '-ec', 'a b']}});
	t.like(after(shell, 'ENTRYPOINT a b'), {change: {argv: ['/bin/bash', '-ec', 'a b']}});
	t.like(after(shell, 'HEALTHCHECK CMD a b'), {change: {healthcheck: {Test: ['CMD-SHELL', 'a b']}}});
	t.like(after('CMD a b', shell), {change: {set: 'shell', argv: ['/bin/bash', '-ec']}});
	for (const text of ['SHELL /bin/sh', 'SHELL []', "SHELL ['/bin/sh']"]) {
		t.throws(() => plan(`FROM scratch\n${text}`), {instanceOf: DockerfileError});
	}
});

test('RUN has two forms: a script for the shell, or a program and its words, in which nothing is expanded (RUN-1, EXP-2)', t => {
	const before = 'FROM scratch\nENV A=1\n';

	t.deepEqual(runStep(`${before}RUN echo $A "x"`).command, ['/bin/sh', '-c', 'echo $A "x"']);
	t.deepEqual(runStep(`${before}RUN ["echo", "$A", "a b"]`).command, ['echo', '$A', 'a b']);
	t.deepEqual(runStep(`${before}RUN ['echo', "$A"]`).command, ['/bin/sh', '-c', `['echo', "$A"]`]);
	t.throws(() => runStep(`${before}RUN []`), {instanceOf: DockerfileError, code: 'NO_COMMAND'});
});

test('what ENV sets is seen by words, by programs and by those who use the image, also when it is empty (ENV-2)', t => {
	const text = 'FROM scratch\nENV A=1 B=\nARG A=2\nENV A=3\nRUN x';

	t.deepEqual(runStep(text).env.slice(1), ['A=3', 'B=']);
	t.like(lastStep(`FROM scratch\nENV B=\nLABEL b=\${B-unset} c=\${B:-empty}`), {
		change: {
			values: [
				['b', ''],
				['c', 'empty'],
			],
		},
	});
});
