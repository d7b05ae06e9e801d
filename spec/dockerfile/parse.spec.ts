import test from 'ava';
import {parseDockerfile} from '../../lib/dockerfile/parse.ts';
import {DockerfileError} from '../../lib/errors.ts';
import {printed} from '../plan/planning.ts';

const parse = (text: string) => parseDockerfile(text, 'Dockerfile');
const fails = (text: string) => {
	try {
		parse(text);
	} catch (error) {
		if (error instanceof DockerfileError) return [error, ...error.siblings].map(printed);
		throw error;
	}
	return [];
};

/** Texts, and all that is said of them (UX.md section 3). */
const mistakes: Readonly<Record<string, readonly [text: string, ...messages: string[]]>> = {
	'an unknown instruction': [
		'FROM scratch\nCOPPY a b',
		'error: unknown instruction COPPY\n --> Dockerfile:2:1\nhelp: did you mean COPY?',
	],
	'an unknown instruction before the first FROM': [
		'FORM scratch\nRUN x',
		'error: unknown instruction FORM\n --> Dockerfile:1:1\nhelp: did you mean FROM?',
	],
	'a line that seems to go on': [
		'FROM scratch\nRUN a &&\nmake',
		'error: unknown instruction make\n --> Dockerfile:3:1\nhelp: if it continues the line above, end that line with:  \\',
	],
	'several mistakes': [
		'FROM scratch\nCOPPY a b\n  WORKDIR\nUSER x',
		'error: unknown instruction COPPY\n --> Dockerfile:2:1\nhelp: did you mean COPY?',
		'error: WORKDIR: a path is missing\n --> Dockerfile:3\nhelp: as in: WORKDIR /app',
	],
	'an instruction before the first FROM': [
		'ARG A\nRUN x\nFROM scratch',
		[
			'error: RUN stands before the first FROM',
			' --> Dockerfile:2:1',
			'help: add above it:  FROM alpine',
			'help: or, to start from nothing:  FROM scratch',
		].join('\n'),
	],
	'an unknown flag': [
		'FROM scratch\nCOPY --chwon=1 a b',
		'error: COPY: unknown flag --chwon\n --> Dockerfile:2:6\nhelp: did you mean --chown?',
	],
	'a flag without its value, on another line': [
		'FROM scratch\nCOPY --link \\\n  --chown a b',
		'error: COPY: --chown needs a value\n --> Dockerfile:3:3\nhelp: it follows a =, without a blank: --chown=VALUE',
	],
	'a flag that is given twice': [
		'FROM scratch\nCOPY --from=a --from=b a b',
		'error: COPY: --from is given twice\n --> Dockerfile:2:15\nhelp: remove one of them',
	],
	'no destination': [
		'FROM scratch\nCOPY a',
		'error: COPY: the destination is missing\n --> Dockerfile:2:6\nhelp: as in: COPY src/ /app/',
	],
	'a heredoc without an end': [
		'FROM scratch\nRUN <<EOF\nx',
		'error: RUN: the heredoc <<EOF has no end\n --> Dockerfile:2\nhelp: end it with a line that says nothing but:  EOF',
	],
	'a JSON array of other things': [
		'FROM scratch\nCMD ["a", 1]',
		'error: CMD: a JSON array here holds strings only\n --> Dockerfile:2:5\nhelp: put each value in double quotes',
	],
	'a SHELL that is no JSON': [
		'FROM scratch\nSHELL bash -c',
		[
			'error: SHELL: it needs a JSON array of a program and its arguments',
			' --> Dockerfile:2:7',
			'help: SHELL ["/bin/bash", "-c"]',
		].join('\n'),
	],
	'a stage name': [
		'FROM scratch AS 1st',
		[
			'error: FROM: 1st cannot name a stage',
			' --> Dockerfile:1:17',
			'help: a name begins with a letter, then has letters, digits and - _ . only',
		].join('\n'),
	],
	'a directive that is given twice': [
		'# escape=`\n# escape=`\nFROM scratch',
		'error: only one escape directive can be used\n --> Dockerfile:2\nhelp: remove the line',
	],
	'an escape': ['# escape=x\nFROM scratch', 'error: escape is \\ or `, not x\n --> Dockerfile:1\nhelp: # escape=`'],
	'a health check': [
		'FROM scratch\nHEALTHCHECK --interval=5 CMD x',
		'error: HEALTHCHECK: --interval: 5 is no duration\n --> Dockerfile:2:13\nhelp: as in: --interval=30s',
	],
	'a network': [
		'FROM scratch\nRUN --network=hots x',
		'error: RUN: --network is default or none or host, not hots\n --> Dockerfile:2:5\nhelp: did you mean --network=host?',
	],
	'a trigger': [
		'FROM scratch\nONBUILD COPPY a b',
		'error: unknown instruction COPPY\n --> Dockerfile:2:9\nhelp: did you mean COPY?',
	],
	'a trigger of a trigger': [
		'FROM scratch\nONBUILD ONBUILD RUN x',
		'error: ONBUILD: ONBUILD cannot be triggered\n --> Dockerfile:2:9\nhelp: it belongs into the Dockerfile that builds on this image',
	],
	nothing: [' \n', 'error: Dockerfile is empty\nhelp: it begins with FROM:  FROM alpine'],
	'comments only': ['# x', 'error: Dockerfile has no instructions\nhelp: it begins with FROM:  FROM alpine'],
	'ARGs only': ['ARG A', 'error: Dockerfile has no FROM\n --> Dockerfile:1\nhelp: add below the ARGs:  FROM alpine'],
};

for (const [what, [text, ...messages]] of Object.entries(mistakes)) {
	test(`${what}: told with its place and a way out (PAR-15)`, t => {
		t.deepEqual(fails(text), messages);
	});
}

test('at most ten mistakes are told', t => {
	t.is(fails(`FROM scratch\n${'X\n'.repeat(20)}`).length, 10);
});

test('a text in another language is told by its frontend first', t => {
	t.is(fails('# syntax=example.com/x\nservices:\n')[0]?.split('\n')[0], 'error: cannot use the frontend example.com/x');
});

test('a line of more than 65535 bytes is refused, one of 65535 is read (PAR-7)', t => {
	t.is(parse(`FROM scratch\nLABEL a=${'x'.repeat(65535 - 8)}`).stages.length, 1);
	t.regex(
		fails(`FROM scratch\nLABEL a=${'é'.repeat(33000)}`)[0] ?? '',
		/^error: a line is longer than 65535 bytes\n --> Dockerfile:2/,
	);
});

test('a byte order mark and CRLF change nothing (PAR-7)', t => {
	const [stage] = parse('\uFEFFFROM scratch\r\nRUN a \\\r\n b\r\n').stages;

	t.like(stage?.instructions[0], {text: 'RUN a  b', location: {start: 2, end: 3}});
});

test('comments right above an instruction are kept with it; a blank line cuts them off (PAR-14)', t => {
	const [stage] = parse('# syntax=docker/dockerfile:1\n# one\n\n# two\n#\n# three\n  # four\nFROM scratch').stages;

	t.deepEqual(stage?.from.comments, [
		{text: 'three', line: 6},
		{text: 'four', line: 7},
	]);
});

test('keywords keep their case, words their place', t => {
	const [stage] = parse('from --platform=linux/arm64 \\\n# why not\n  alpine as Base').stages;

	t.like(stage?.from, {
		keyword: {text: 'from'},
		image: {text: 'alpine', location: {file: 'Dockerfile', start: 3, end: 3, column: 3, width: 6}},
		platform: {text: 'linux/arm64', location: {start: 1, column: 6, width: 22}},
		as: {keyword: {text: 'as'}, name: {text: 'Base'}},
	});
});

test('an ONBUILD keeps its text for the config, heredocs included', t => {
	const [stage] = parse('FROM scratch\nONBUILD  RUN <<EOF\n\tx\nEOF\nRUN y').stages;

	t.like(stage?.instructions[0], {trigger: 'RUN <<EOF\n\tx\nEOF', instruction: {name: 'RUN'}});
	t.is(stage?.instructions.length, 2);
});
