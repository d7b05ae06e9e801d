import test from 'ava';
import {copyStep, lastStep, runStep} from './planning.ts';

test('a heredoc alone is a script for the shell (PAR-12)', t => {
	t.like(runStep('FROM scratch\nRUN <<-EOF\n\techo $A\n\tEOF'), {
		command: ['/bin/sh', '-c', 'echo $A\n'],
		heredocs: [],
		text: 'RUN <<-EOF (1 line)',
	});
});

test('a heredoc that begins with #! is a program (PAR-12)', t => {
	t.like(runStep('FROM scratch\nRUN <<EOF\n#!/bin/awk -f\nx\nEOF'), {
		command: ['/bin/sh', '-c', '/dev/pipes/EOF'],
		heredocs: [{name: 'EOF', content: '#!/bin/awk -f\nx\n', mode: 0o755}],
	});
});

test('a heredoc with words around it is left to the shell (PAR-12)', t => {
	const step = runStep('FROM scratch\nRUN cat <<-A 3<<B > x\n\ta\nA\nb\nB');

	t.is(step.command[2], 'cat <<-A 3<<B > x\n\ta\nA\nb\nB');
});

test('heredocs of COPY are files, expanded unless their name is quoted, quotes kept (PAR-13)', t => {
	const step = copyStep('FROM scratch\nENV a=1\nCOPY <<x <<"y" z /d/\n"$a" \\$a\nx\n$a\ny');

	t.deepEqual(step.files, [
		{name: 'x', content: '"1" $a\n', mode: 0o644},
		{name: 'y', content: '$a\n', mode: 0o644},
	]);
	t.deepEqual(step.paths, ['z']);
});

test('COPY and ADD keep what they are asked for, expanded where it may be (CPY-1)', t => {
	const step = copyStep(
		'FROM scratch\nENV u=app\nWORKDIR /w\nADD --chown=$u:1 --chmod=u=rwX,go= --link --exclude=*.$u --unpack=false --keep-git-dir ["a b", "$u/"]',
	);

	t.like(step, {
		instruction: 'ADD',
		paths: ['a b'],
		destination: 'app/',
		workdir: '/w',
		chown: 'app:1',
		chmod: 'u=rwX,go=',
		link: true,
		exclude: ['*.$u'],
		unpack: false,
		keepGitDir: true,
	});
	t.is(step.from, undefined);
});

test('a copy knows where its sources stand, for errors about them', t => {
	t.deepEqual(copyStep('FROM scratch\nCOPY a \\\n  b /c').marks, [
		{file: 'Dockerfile', start: 2, end: 2, column: 6, width: 1},
		{file: 'Dockerfile', start: 3, end: 3, column: 3, width: 1},
	]);
});

test('words of EXPOSE are split once more after expansion (EXP-1)', t => {
	t.like(lastStep('FROM scratch\nENV p="80 81/udp"\nEXPOSE $p'), {change: {set: 'ports', ports: ['80/tcp', '81/udp']}});
});

test('CMD [] is no command, CMD alone is an empty script', t => {
	t.like(lastStep('FROM scratch\nCMD []'), {change: {set: 'cmd', argv: [], shellForm: false}});
	t.like(lastStep('FROM scratch\nSHELL ["/x"]\nCMD a'), {change: {set: 'cmd', argv: ['/x', 'a'], shellForm: true}});
});

test('a health check has only what is given (HC-1)', t => {
	t.deepEqual(lastStep('FROM scratch\nHEALTHCHECK --interval=1m CMD ["a"]'), {
		id: 's2',
		label: '2/2',
		kind: 'config',
		text: 'HEALTHCHECK --interval=1m CMD ["a"]',
		location: {file: 'Dockerfile', start: 2, end: 2},
		createdBy: `HEALTHCHECK &{["CMD" "a"] "1m0s" "0s" "0s" "0s" '\\x00'}`,
		change: {set: 'healthcheck', healthcheck: {Test: ['CMD', 'a'], Interval: 60e9}},
	});
});

test('the escape of the Dockerfile escapes in words too (PAR-9)', t => {
	t.deepEqual(runStep('# escape=`\nFROM scratch\nENV a=x`\n b=`$a c=\\d\nRUN x').env.slice(1), [
		'a=x',
		'b=$a',
		'c=\\d',
	]);
});
