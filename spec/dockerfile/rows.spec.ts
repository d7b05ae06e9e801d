// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of Dockerfiles
import test from 'ava';
import {expandWord} from '../../lib/dockerfile/expand.ts';
import type {Instruction} from '../../lib/dockerfile/instruction.ts';
import {parseDockerfile} from '../../lib/dockerfile/parse.ts';
import {DockerfileError} from '../../lib/errors.ts';
import {copyStep, lastStep, plan, runStep} from '../plan/planning.ts';

function first(...lines: readonly string[]): Instruction {
	const [instruction] =
		parseDockerfile(['FROM scratch', ...lines].join('\n'), 'Dockerfile').stages[0]?.instructions ?? [];
	if (!instruction) throw new Error('no instruction was read');
	return instruction;
}

function refusal(...lines: readonly string[]): DockerfileError {
	try {
		first(...lines);
	} catch (error) {
		if (error instanceof DockerfileError) return error;
		throw error;
	}
	throw new Error(`it is read: ${lines.join(' ')}`);
}

const every =
	'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR';
const rest: Readonly<Record<string, string>> = {
	...{ADD: 'a b', COPY: 'a b', ENV: 'a=1', LABEL: 'a=1', EXPOSE: '80', HEALTHCHECK: 'NONE', ONBUILD: 'RUN a'},
	...{SHELL: '["/bin/sh"]', STOPSIGNAL: '9', WORKDIR: '/'},
};

test('the 18 instructions are read in any case, others refused with the nearest (PAR-1)', t => {
	for (const name of every.split(' ').filter(name => name !== 'FROM')) {
		t.is(first(`${name.toLowerCase()} ${rest[name] ?? 'a'}`).name, name as never);
	}
	t.is(plan('from scratch\nFrom scratch').stages.length, 1);
	t.deepEqual(refusal('WORKDIIR /a').help, ['did you mean WORKDIR?']);
});

test('each instruction has words, pairs, a list or the whole line as its arguments (PAR-2)', t => {
	t.like(first('VOLUME ["/a b", "/c"]'), {paths: [{text: '/a b'}, {text: '/c'}]});
	t.like(first('VOLUME /a /b'), {paths: [{text: '/a'}, {text: '/b'}]});
	t.like(first('CMD a "b  c"'), {command: {form: 'shell', script: 'a "b  c"'}});
	t.like(first('ENV a=1 b="2 3"'), {values: [{key: {text: 'a'}}, {value: {text: '"2 3"'}}]});
	t.like(first('ENV a 1 b=2'), {values: [{key: {text: 'a'}, value: {text: '1 b=2'}, legacy: true}]});
	t.like(first('ARG a b=1'), {args: [{key: {text: 'a'}}, {key: {text: 'b'}, value: {text: '1'}}]});
	t.like(first('WORKDIR /a b'), {path: {text: '/a b'}});
});

test('what is no JSON is for the shell, a list of other things than texts is an error (PAR-3)', t => {
	t.like(first(`CMD ['a', 'b']`), {command: {form: 'shell', script: `['a', 'b']`}});
	t.like(first('CMD ["a", "b"'), {command: {form: 'shell'}});
	t.like(first('CMD ["a", "b"]'), {command: {form: 'exec', argv: ['a', 'b']}});
	t.truthy(refusal('CMD ["a", 1]').message);
	t.truthy(refusal('SHELL /bin/sh -c').message);
});

test('flags stand first, have their values after =, come once, and must be known (PAR-4)', t => {
	t.like(first('COPY --link --chown=1 a b'), {link: true, chown: '1', sources: [{text: 'a'}]});
	t.like(first('COPY --link=false a b'), {link: false});
	t.like(first('RUN -- --network=none'), {command: {script: '--network=none'}});
	t.like(first('COPY a --chown=1 b'), {sources: [{text: 'a'}, {text: '--chown=1'}]});
	t.like(first('COPY --exclude=a --exclude=b c d'), {exclude: ['a', 'b']});
	t.deepEqual(refusal('COPY --chwon=1 a b').help, ['did you mean --chown?']);
	for (const line of ['COPY --chown=1 --chown=2 a b', 'COPY --chown a b', 'COPY --link=x a b', 'COPY --link= a b']) {
		t.truthy(refusal(line).message, line);
	}
});

test('a line goes on after the escape sign and blanks; comments and empty lines between are dropped (PAR-5)', t => {
	t.like(first('RUN a \\  ', '# comment', '', '   b'), {command: {script: 'a    b'}, emptyLines: [4]});
	t.like(parseDockerfile('# escape=`\nFROM scratch\nRUN a `\n\\b', 'D').stages[0]?.instructions[0], {
		text: 'RUN a \\b',
	});
});

test('a comment is a whole line; what stands after something is a part of it (PAR-6)', t => {
	t.like(first('  # comment', 'RUN a # b'), {command: {script: 'a # b'}});
	t.like(first('RUN a \\', '  # comment', 'b'), {command: {script: 'a b'}});
});

test('RUN, COPY, ADD and ONBUILD have heredocs, several of them, quoted, without tabs, with descriptors (PAR-11)', t => {
	t.like(first('RUN cat <<A 3<<-B', 'a', 'A', '\tb', '\tB'), {
		heredocs: [
			{name: 'A', content: 'a\n', expand: true, chomp: false},
			{name: 'B', descriptor: 3, chomp: true},
		],
	});
	t.like(first('COPY <<a <<"b" /', '$x', 'a', '$x', 'b'), {
		files: [
			{name: 'a', content: '$x\n', expand: true},
			{name: 'b', content: '$x\n', expand: false},
		],
	});
	t.like(first('ADD <<-a /', '\t\tx', '\t y', 'a'), {files: [{content: 'x\n y\n'}]});
	t.like(first('ONBUILD COPY <<a /', 'x', 'a'), {instruction: {files: [{name: 'a', content: 'x\n'}]}});
	t.like(first('RUN ["<<a"]'), {heredocs: []});
	t.truthy(refusal('COPY a <<b', 'x', 'b').message, 'never a destination');
	t.truthy(refusal('COPY <<a /', 'x').message, 'its end is missing');
});

test('a heredoc of COPY is expanded, quotes in it are not, and a quoted one is left as it is (W-9)', t => {
	const content = (mark: string) =>
		copyStep(`FROM scratch\nENV v=1\nCOPY <<${mark} /\n"$v" '\${v}' \\$v\nx`).files[0]?.content;

	t.is(content('x'), `"1" '1' $v\n`);
	t.is(content('"x"'), `"$v" '\${v}' \\$v\n`);
});

test('what is not set is empty, in WORKDIR too (EXP-4)', t => {
	t.like(lastStep('FROM scratch\nWORKDIR /a/$none/b'), {kind: 'workdir', path: '/a/b'});
	t.deepEqual(
		runStep('FROM scratch\nENV a=x$none\nRUN a').env.filter(pair => pair.startsWith('a=')),
		['a=x'],
	);
});

test('stages are named by number and in any case, ARGs of one are not in the next, ENV goes before ARG (W-6, W-7, W-8)', t => {
	const text = 'FROM scratch AS Base\nARG a=1\nFROM scratch\nENV b=env\n';

	t.deepEqual(copyStep(`${text}COPY --from=0 / /`).from, {kind: 'stage', stage: 'base'});
	t.deepEqual(copyStep(`${text}COPY --from=BASE / /`).from, {kind: 'stage', stage: 'base'});
	t.deepEqual(runStep(`${text}RUN a`, {buildArgs: {a: '2', b: 'arg'}}).env.slice(1), ['b=env']);
});

const values: Readonly<Record<string, string>> = {v: 'a.b.c', empty: '', w: 'other', x: 'a*b'};
const rows: readonly (readonly [row: string, word: string, expected: string])[] = [
	['VAR-1', '$v-${v}-$vv', 'a.b.c-a.b.c-'],
	['VAR-2', '${v:-x}${empty:-x}${empty-x}${none-x}', 'a.b.cxx'],
	['VAR-3', '${v:+x}${empty:+y}${empty+z}${none+u}', 'xz'],
	['VAR-4', '${v:?m}${empty?m}', 'a.b.c'],
	['VAR-5', '${none:-${empty:-${w}}}', 'other'],
	['VAR-6', `\\$v \\\${v} '$v' "$v \\" \\$v \\a"`, '$v ${v} $v a.b.c " $v \\a'],
	['VAR-7', '${v#*.}', 'b.c'],
	['VAR-8', '${v##*.}', 'c'],
	['VAR-9', '${v%.*}', 'a.b'],
	['VAR-10', '${v%%.*}', 'a'],
	['VAR-11', '${v/./-}', 'a-b.c'],
	['VAR-12', '${v//./-}', 'a-b-c'],
	['VAR-13', '${v#?[.]}${x%\\*?}', 'a.b.ca'],
	['VAR-13', '${v//[abc]/x}', 'a.b.c'],
	['VAR-14', '$1$@$?x$.', 'x$.'],
];
for (const [row, word, expected] of rows) {
	test(`${word} is ${expected} (${row})`, t => {
		t.is(expandWord(word, name => values[name]).value, expected);
	});
}

for (const [row, word] of [
	['VAR-4', '${none:?it is needed}'],
	['VAR-4', '${empty:?m}'],
	['VAR-4', '${none?m}'],
	['VAR-13', '${v#\\a}'],
	['VAR-14', '${v:=w}'],
	['VAR-14', '${}'],
	['VAR-14', '${{v}'],
	['VAR-14', '${.}'],
	['VAR-14', '${!v}x'],
	['VAR-14', '${v'],
] as const) {
	test(`${word} is an error (${row})`, t => {
		t.throws(() => expandWord(word, name => values[name]), {instanceOf: DockerfileError});
	});
}

test('variables in variables are expanded 200 deep, and no deeper (VAR-5)', t => {
	const nested = (depth: number) => `${'${none:-'.repeat(depth)}x${'}'.repeat(depth)}`;

	t.is(expandWord(nested(200), () => undefined).value, 'x');
	t.throws(() => expandWord(nested(201), () => undefined), {instanceOf: DockerfileError, message: /200 deep/});
	t.throws(() => expandWord(nested(20_000), () => undefined), {instanceOf: DockerfileError});
});
