import type {ExecutionContext} from 'ava';
import {pairs, quotedWords} from '../../lib/dockerfile/arguments.ts';
import {escapeOf, findSyntax, firstWord, readDirectives} from '../../lib/dockerfile/directives.ts';
import {type Expansion, expandWord, expandWords} from '../../lib/dockerfile/expand.ts';
import {checkFlags, type Flag, type FlagType} from '../../lib/dockerfile/flags.ts';
import {heredocsIn, parseHeredoc} from '../../lib/dockerfile/heredoc.ts';
import type {CopyInstruction, HealthcheckInstruction, RunInstruction} from '../../lib/dockerfile/instruction.ts';
import {jsonStrings} from '../../lib/dockerfile/json.ts';
import {splitLines} from '../../lib/dockerfile/lines.ts';
import {parseDockerfile} from '../../lib/dockerfile/parse.ts';
import {trimPattern} from '../../lib/dockerfile/pattern.ts';
import {spanOf} from '../../lib/dockerfile/span.ts';
import {readStatements, type Statement} from '../../lib/dockerfile/statement.ts';
import {DockerfileError} from '../../lib/errors.ts';
import {type Case, equals, testFamily} from './cases.ts';
import {dump} from './dump.ts';

testFamily('ast', {
	sexpr: equals(({input}) => dump(statementsOf(input))),
	'parse-error': equals(({input}) => parseDockerfile(filled(input), 'Dockerfile')),
	warnings(t, {input, expect}) {
		const warned = statementsOf(input).filter(({emptyLines}) => emptyLines.length > 0);

		t.is(warned.length, expect.count);
		for (const [index, texts] of expect.short_contains.entries()) t.true(warned[index]?.text.includes(texts.at(-1)));
	},
});

testFamily('directives', {
	'all-directives': equals(({input}) =>
		readDirectives(splitLines(input, ''), '').map(({name, value}) => ({name, value})),
	),
	'detect-syntax'(t, {input, expect}) {
		const lines = splitLines(input, '');
		checkDirective(t, findSyntax(lines, readDirectives(lines, '')), expect);
	},
	'parse-directive:check'(t, {input, expect}) {
		const directives = readDirectives(splitLines(input, ''), '');
		checkDirective(
			t,
			directives.find(({name}) => name === 'check'),
			expect,
		);
	},
});

testFamily('heredoc', {
	'extract-all'(t, {input, expect}) {
		const found = statementsOf(input).slice(1);
		const heredocs = found.map(statement =>
			statement.heredocs.map(({name, content, expand, chomp, descriptor}) => ({
				Name: name,
				Content: content,
				Expand: expand,
				Chomp: chomp,
				FileDescriptor: descriptor,
			})),
		);

		t.deepEqual(
			heredocs.map(list => (list.length > 0 ? list : null)),
			expect,
		);
	},
	'parse-heredoc': equals(({input}) => {
		const mark = parseHeredoc(input);
		return mark ? {name: mark.name} : null;
	}),
	'heredocs-from-line': equals(({input}) => heredocsIn(input).map(({name}) => name)),
});

testFamily('instruction-errors', {
	'parse-instruction': equals(({input}) => instructionOf(input)),
	'parse-instruction-ast': equals(({input}) =>
		instructionOf(input.text ?? `${input.instruction} ${input.args.join(' ')}`),
	),
});

testFamily('instruction-flags', {
	bflags(t, given) {
		const {declared, args} = given.input as {declared: Record<string, [string, unknown]>; args: readonly string[]};
		const types = Object.fromEntries(
			Object.entries(declared).map(([name, [type]]) => [name, flagTypes[type] ?? 'value']),
		);
		const flags = args.map(flagOf);

		if (given.error) t.throws(() => checkFlags(flags, types, 'RUN'), {instanceOf: DockerfileError});
		else {
			checkFlags(flags, types, 'RUN');
			const {used, ...values} = given.expect;
			if (used) t.deepEqual(flags.map(({name}) => name).sort(), used);
			for (const name of Object.keys(values)) t.deepEqual(flagResult(name, flags, declared), values[name]);
			t.pass();
		}
	},
});

testFamily('instructions', {
	healthcheck: equals(({input}) => instructionOf<HealthcheckInstruction>(input.text).healthcheck.Test),
	'healthcheck-interval': equals(({input}) => isRead(`HEALTHCHECK --interval=${input} CMD true`)),
	'no-crash'(t, {input}) {
		isRead(input);
		t.pass();
	},
	'handle-json-args': equals(({input: {args, json}}) => {
		const {command} = instructionOf<RunInstruction>(`RUN ${json ? JSON.stringify(args) : args.join(' ')}`);
		if (command.form === 'exec') return command.argv;
		return command.script === '' ? [] : [command.script];
	}),
	'copy-heredoc': equals(({input}) => {
		const {destination, sources, files} = instructionOf<CopyInstruction>(input);
		return {
			dest: destination.text,
			paths: sources.map(({text}) => text),
			contents: files.map(({name, content, expand}) => ({path: name, data: content, expand})),
		};
	}),
	'run-heredoc': equals(({input}) => {
		const {command, heredocs} = instructionOf<RunInstruction>(input);
		return {
			shell: command.form === 'shell',
			command: command.form === 'shell' ? [command.script] : command.argv,
			files: heredocs.map(({name, content, chomp}) => ({name, data: content, chomp})),
		};
	}),
	'run-device': equals(({input}) => {
		const [device] = instructionOf<RunInstruction>(`RUN --device=${input} true`).devices;
		return device && {name: device.name, required: device.required};
	}),
});

testFamily('json-array', {
	json(t, {input, expect}) {
		const strings = jsonStrings(whole(input));
		const isList = strings !== 'mixed' && strings !== undefined;
		t.deepEqual(isList ? strings.map(({text}) => text) : undefined, expect);
	},
});

testFamily('words', {
	'parse-words': equals(({input}) => quotedWords(whole(input), statementOf('RUN x')).map(({text}) => text)),
	'name-val': equals(({input: {rest, instruction}}) =>
		pairs(whole(rest), statementOf(`${instruction} ${rest}`)).flatMap(({key, value, legacy}) => [
			key.text,
			value.text,
			legacy ? '' : '=',
		]),
	),
});

testFamily('shell-words', {
	'process-words': equals(({input: {words, env, escape: sign}}) =>
		expandWords(words, lookupIn(Object.fromEntries(env.map(splitVariable))), {escape: sign}),
	),
});

testFamily('shell-env', {
	// the letter for the platform: on Windows names are compared without case
	'process-word'(t, given) {
		equals(expansion)(t, given);
	},
	'process-word-with-matches'(t, given) {
		if (given.error) t.throws(() => expand(given), {instanceOf: DockerfileError});
		else {
			const {value, matched, unmatched} = expand(given);
			t.is(value, given.expect);
			if (given.matched) t.deepEqual([...matched].sort(), [...given.matched].sort());
			if (given.unmatched) t.deepEqual([...unmatched].sort(), [...given.unmatched].sort());
		}
	},
});

testFamily('shell-pattern', {
	// upstream makes a regular expression of a pattern; ours must match as much as that does
	'glob-to-regex(greedy,anchored)'(t, {input, expect, error}) {
		if (error) {
			t.throws(() => trimPattern('x', input, {from: 'start', longest: true}), {instanceOf: DockerfileError});
			return;
		}
		for (const text of ['', 'x', 'xyz', '(()[]{}^$.*?|\\', '(()[]{}^$.*?|\\ and more', 'a\nb', input]) {
			const length = new RegExp(expect.replaceAll('.*', '[^\n]*')).exec(text)?.[0].length ?? 0;
			t.is(trimPattern(text, input, {from: 'start', longest: true}), text.slice(length));
		}
	},
});

const flagTypes: Readonly<Record<string, FlagType>> = {bool: 'switch', string: 'value', strings: 'list'};

function flagOf(text: string): Flag {
	const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/.exec(text) ?? [];
	const location = {file: '', start: 1, end: 1};
	return value === undefined ? {name, location} : {name, value, location};
}

function flagResult(name: string, flags: readonly Flag[], declared: Readonly<Record<string, readonly unknown[]>>) {
	const flag = flags.find(given => given.name === name);
	const [type, otherwise] = declared[name] ?? [];
	if (!flag) return otherwise;
	return type === 'bool' ? (flag.value ?? 'true') === 'true' : flag.value;
}

function checkDirective(
	t: ExecutionContext,
	directive: ReturnType<typeof findSyntax>,
	expected: {ok: boolean; ref?: string; value?: string; cmdline?: string; line?: number},
) {
	t.is(directive !== undefined, expected.ok);
	if (!directive) return;
	t.is(firstWord(directive), expected.ref ?? expected.value ?? firstWord(directive));
	if (expected.cmdline !== undefined) t.is(directive.value, expected.cmdline);
	if (expected.line !== undefined) t.is(directive.line, expected.line);
}

function statementsOf(text: string): readonly Statement[] {
	const lines = splitLines(text, 'Dockerfile');
	const directives = readDirectives(lines, 'Dockerfile');
	const cursor = {lines, file: 'Dockerfile', escape: escapeOf(directives, 'Dockerfile'), next: 0};
	const {statements, failure} = readStatements(cursor, directives.at(-1)?.line ?? 0);
	if (failure) throw failure;
	return statements;
}

function statementOf(text: string): Statement {
	const [statement] = statementsOf(text);
	if (!statement) throw new Error('no statement');
	return statement;
}

function instructionOf<T>(text: string): T {
	return parseDockerfile(`FROM scratch\n${text}`, 'Dockerfile').stages[0]?.instructions[0] as T;
}

/** Whether the text is read; anything else than a DockerfileError is a crash. */
function isRead(text: string): boolean {
	try {
		parseDockerfile(text.startsWith('FROM') ? text : `FROM scratch\n${text}`, 'Dockerfile');
		return true;
	} catch (error) {
		if (error instanceof DockerfileError) return false;
		throw error;
	}
}

function whole(text: string) {
	return spanOf(text, 0, text.length);
}

function filled(input: string | {template: string}): string {
	return typeof input === 'string' ? input : input.template.replace('%s', 'a'.repeat(65536));
}

function expansion(given: Case): string {
	return expand(given).value;
}

function expand({input: {word, env, escape: sign}}: Case): Expansion {
	return expandWord(word, lookupIn(env), {escape: sign});
}

function lookupIn(env: Readonly<Record<string, string>>) {
	return (name: string) => (Object.hasOwn(env, name) ? env[name] : undefined);
}

function splitVariable(variable: string): readonly [string, string] {
	const [name = '', ...value] = variable.split('=');
	return [name, value.join('=')];
}
