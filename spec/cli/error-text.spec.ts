import test from 'ava';
import {complaintLines, errorLines} from '../../lib/cli/error-text.ts';
import {
	DockerfileError,
	type ErrorFacts,
	type ExcerptLine,
	MachineError,
	RegistryError,
	StepFailedError,
	type StrataError,
	UsageError,
} from '../../lib/errors.ts';
import {colorStyle, home, plainStyle, root} from './events.ts';

const shell = {err: plainStyle, home};

function printed(error: StrataError): string {
	return errorLines(error, shell).join('\n');
}

function place(start: number, column?: number, width?: number) {
	return {
		file: 'Dockerfile',
		start,
		end: start,
		...(column === undefined ? {} : {column}),
		...(width === undefined ? {} : {width}),
	};
}

function inDockerfile(
	reason: string,
	facts: ErrorFacts,
	...lines: readonly [number, string, boolean][]
): DockerfileError {
	const error = new DockerfileError('CODE', reason, facts);
	error.excerpt = lines.map(([number, text, marked]): ExcerptLine => ({number, text, marked}));
	return error;
}

const unknown = inDockerfile(
	'unknown instruction COPPY',
	{location: place(2, 1, 5), help: ['did you mean COPY?']},
	[1, 'FROM scratch', false],
	[2, 'COPPY a b', true],
);

test('an error has its reason, place, excerpt and a way out (UX 3)', t => {
	t.is(
		printed(unknown),
		`error: unknown instruction COPPY
 --> Dockerfile:2:1
   1 |     FROM scratch
   2 | >>> COPPY a b
           ^^^^^
help: did you mean COPY?`,
	);
});

test('notes stand between the excerpt and the help (UX 3)', t => {
	const error = inDockerfile(
		'COPY: src/confg.json is not in the build context',
		{
			location: place(4, 6, 14),
			notes: ['the context is ./'],
			help: ['did you mean src/config.json or src/config.yml?'],
		},
		[4, 'COPY src/confg.json /etc/app/', true],
	);

	t.is(
		printed(error),
		`error: COPY: src/confg.json is not in the build context
 --> Dockerfile:4:6
   4 | >>> COPY src/confg.json /etc/app/
                ^^^^^^^^^^^^^^
note: the context is ./
help: did you mean src/config.json or src/config.yml?`,
	);
});

test('the second line of a note hangs under the first, what is to be typed stands apart (UX 3)', t => {
	const login = new RegistryError('LOGIN', 'registry.example.com wants a login for team/base (401)', {
		notes: [`no entry for it in ${home}/.docker/config.json\nnor in /run/user/1000/containers/auth.json`],
		help: ['strata login registry.example.com'],
	});
	const ids = new MachineError('IDS', 'no subordinate ids for user 1000, so RUN has one id only', {
		help: ['once, as root:\n  usermod --add-subuids 100000-165535 --add-subgids 100000-165535 dev'],
	});

	t.is(
		printed(login),
		`error: registry.example.com wants a login for team/base (401)
note: no entry for it in $HOME/.docker/config.json
      nor in /run/user/1000/containers/auth.json
help: strata login registry.example.com`,
	);
	t.is(
		printed(ids),
		`error: no subordinate ids for user 1000, so RUN has one id only
help: once, as root:
  usermod --add-subuids 100000-165535 --add-subgids 100000-165535 dev`,
	);
});

test('a step that failed names what it ran, its log, and what to look at (UX 3)', t => {
	const error = new StepFailedError(
		'RUN failed with exit code 1 after 1.2s',
		{step: 's2', command: [], status: 1, logTail: [], logFile: 's2.log'},
		{
			location: place(2),
			notes: ["/bin/sh -c 'apk add --update reddis', user root, directory /", 'whole output, 4 lines: strata logs 2/3'],
			help: [`look at what it started from:\n  podman run --rm -it oci:${root}:failed:k3f9w2 /bin/sh`],
		},
	);
	error.excerpt = [
		{number: 1, text: 'FROM alpine', marked: false},
		{number: 2, text: 'RUN apk add --update reddis', marked: true},
		{number: 3, text: 'CMD ["redis-server"]', marked: false},
	];

	t.is(
		printed(error),
		`error: RUN failed with exit code 1 after 1.2s
 --> Dockerfile:2
   1 |     FROM alpine
   2 | >>> RUN apk add --update reddis
   3 |     CMD ["redis-server"]
note: /bin/sh -c 'apk add --update reddis', user root, directory /
note: whole output, 4 lines: strata logs 2/3
help: look at what it started from:
  podman run --rm -it oci:$HOME/.local/share/strata:failed:k3f9w2 /bin/sh`,
	);
});

test('all errors of one Dockerfile are shown together, at most ten', t => {
	const many = inDockerfile('number 0', {});
	many.siblings = [many, ...Array.from({length: 12}, (_, index) => inDockerfile(`number ${index + 1}`, {}))];

	const lines = printed(many).split('\n');

	t.deepEqual(lines.slice(0, 3), ['error: number 0', '', 'error: number 1']);
	t.deepEqual(lines.slice(-3), ['error: number 9', '', 'and 3 more']);
});

test('without place or help there is one line', t => {
	t.is(printed(new UsageError('X', 'no such thing')), 'error: no such thing');
});

test('the word is red or yellow, nothing else has a colour', t => {
	const [error] = errorLines(unknown, {...shell, err: colorStyle});
	const [warning] = complaintLines('warning', {message: 'old'}, {...shell, err: colorStyle});

	t.is(error, '\u001B[31merror:\u001B[39m unknown instruction COPPY');
	t.is(warning, '\u001B[33mwarning:\u001B[39m old');
});

test('marks stay below their words behind tabs and wide characters, and at the end of a line', t => {
	const at = (text: string, column: number, width: number) =>
		printed(inDockerfile('x', {location: place(1, column, width)}, [1, text, true]))
			.split('\n')
			.slice(2);

	t.deepEqual(at('COPY\ta b', 6, 1), ['   1 | >>> COPY a b', '                ^']);
	t.deepEqual(at('RUN 日本 x', 8, 1), ['   1 | >>> RUN 日本 x', '                    ^']);
	t.deepEqual(at('RUN 日本 x', 5, 2), ['   1 | >>> RUN 日本 x', '               ^^^^']);
	t.deepEqual(at('FROM', 5, 1), ['   1 | >>> FROM', '               ^']);
});

test('of a long line what is around the mark is shown', t => {
	const text = `RUN ${'a'.repeat(300)} here ${'b'.repeat(300)}`;
	const [, , line = '', mark = ''] = printed(inDockerfile('x', {location: place(7, 306, 4)}, [7, text, true])).split(
		'\n',
	);

	t.true(line.length <= 171);
	t.is(line.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1), 'here');
});

test('of a long instruction five lines are shown', t => {
	const lines = Array.from(
		{length: 9},
		(_, index) => [index + 3, `line ${index}`, index > 0] as [number, string, boolean],
	);

	t.is(printed(inDockerfile('x', {location: place(4)}, ...lines)).split('\n').length, 2 + 5);
});

test('escape sequences in a Dockerfile reach no terminal', t => {
	const error = inDockerfile(
		'unknown instruction \u001B]0;x\u0007C\u001B[2J',
		{location: place(1, 1, 1), notes: ['\u009B1mbold'], help: ['\u001B[Hx']},
		[1, '\u001B[31mC\u001B[2J', true],
	);

	t.notRegex(printed(error), /[\u001B\u0007\u009B]/);
});
