import {readFileSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {expandWord} from '../../lib/dockerfile/expand.ts';
import {parseDockerfile} from '../../lib/dockerfile/parse.ts';
import {DockerfileError} from '../../lib/errors.ts';
import {plan} from '../plan/planning.ts';
import {variables, words} from './slow-expand.ts';

const names =
	'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR';
const pieces = `\\ \` # = $ \${ } ' " [ ] , << <<- EOF -- --mount= --from= --chown= type=cache target=/a CMD NONE AS scratch a 0`;

const token = fc.oneof(
	fc.constantFrom(...names.split(' '), ...pieces.split(' '), ' ', '\t', '\n', '\r\n', '\\\n', '\n# c\n'),
	fc.string({maxLength: 6}),
	fc.string({unit: 'binary', maxLength: 3}),
);
const text = fc.array(token, {maxLength: 60}).map(tokens => `FROM scratch\n${tokens.join(' ')}`);

test('whatever the text, parsing it throws nothing but DockerfileErrors that have a place in it', t => {
	fc.assert(fc.property(fc.oneof(text, fc.string({unit: 'binary'})), onlyDockerfileErrors(parse)), {numRuns: 2000});
	t.pass();
});

test('whatever the text, planning it throws nothing but DockerfileErrors', t => {
	fc.assert(fc.property(text, onlyDockerfileErrors(plan)), {numRuns: 1000});
	t.pass();
});

test('whatever the word, expanding it throws nothing but DockerfileErrors', t => {
	fc.assert(
		fc.property(
			fc.array(token).map(tokens => tokens.join('')),
			onlyDockerfileErrors(expand),
		),
		{numRuns: 2000},
	);
	t.pass();
});

test('a word without quotes, escapes and variables stays as it is', t => {
	fc.assert(
		fc.property(
			fc.string({unit: 'binary'}).filter(word => !/['"\\$]/.test(word)),
			word => expand(word) === word,
		),
	);
	t.pass();
});

test('every word of an instruction lies where it says', t => {
	const word = fc.stringMatching(/^[a-z]{1,9}$/);
	const gap = fc.constantFrom(' ', '   ', ' \\\n', ' \\\n\t', ' \\\n# c\n  ');
	fc.assert(
		fc.property(fc.array(fc.tuple(gap, word), {minLength: 2, maxLength: 6}), parts => {
			const source = `FROM scratch\nCOPY${parts.flat().join('')}`;
			const copy = parse(source).stages[0]?.instructions[0];
			const lines = source.split('\n');
			return (
				copy?.name === 'COPY' &&
				[...copy.sources, copy.destination].every(({text: found, location: {start, column = 0, width = 0}}) => {
					return lines[start - 1]?.slice(column - 1, column - 1 + width) === found;
				})
			);
		}),
	);
	t.pass();
});

test('a word becomes what its rules say, for words of all forms, nested (VAR-1 to VAR-13)', t => {
	fc.assert(
		fc.property(words, ({written, value}) => expandWord(written, name => variables[name]).value === value),
		{numRuns: 3000},
	);
	t.pass();
});

const line = fc.oneof(
	fc.constantFrom(
		...['RUN a \\\n  b', 'RUN <<A\n$x\nA', 'RUN cat <<A <<-B\na\nA\n\tb\n\tB', 'COPY --link \\\n# c\n a b /c/'],
		...['COPY <<"A" <<B /\n$x\nA\n$x\nB', 'ONBUILD COPY <<A /\nx\nA', 'ENV x=1 \\\n\n y="2 3"', 'env x  y z'],
		...['FROM scratch AS b', 'FROM b', 'ARG x', 'ARG x=1 y=$x', 'SHELL ["/b", "-c"]', 'HEALTHCHECK --retries=2 CMD a'],
		...[
			'CMD ["a", \\\n "b"]',
			"LABEL a='b c'",
			'EXPOSE 80 $x',
			'USER a',
			'WORKDIR \\\n/a b',
			'VOLUME ["/a"]',
			'# c',
			'',
		],
	),
	token,
);

test('a Dockerfile that is printed and read again makes the same plan', t => {
	let plans = 0;
	fc.assert(
		fc.property(fc.constantFrom('', '# escape=`\n'), fc.array(line, {maxLength: 8}), (head, lines) => {
			const source = `${head}FROM scratch\n${lines.join('\n')}\n`;
			const planned = planIfSound(source);
			fc.pre(planned !== undefined);
			plans += 1;
			return planIfSound(print(source)) === planned;
		}),
		{numRuns: 500, maxSkipsPerRun: 1000},
	);
	t.true(plans >= 500);
});

/** What there may be many of, in the language and in what is read of it. A line has at most 65,535 bytes. */
const growing: Readonly<Record<string, (size: number) => string>> = {
	'continued lines': size => `RUN a ${'\\\nb '.repeat(size)}`,
	'comments in a line': size => `RUN a \\\n${'# c\n'.repeat(size)}b`,
	'empty lines in a line': size => `RUN a \\\n${'\n'.repeat(size)}b`,
	comments: size => '# c\n'.repeat(size),
	instructions: size => 'RUN a\n'.repeat(size),
	'what is no instruction': size => 'RUNN a\n'.repeat(size),
	stages: size => 'FROM scratch AS a\n'.repeat(size),
	pairs: size => `ENV ${'a=1 \\\n'.repeat(size)} b=2`,
	arguments: size => `ARG ${'a=1 \\\n'.repeat(size)} b=2`,
	'lines of a heredoc': size => `RUN <<A\n${'a $x\n'.repeat(size)}A`,
	heredocs: size => `RUN ${'<<A \\\n'.repeat(size)}\n${'A\n'.repeat(size)}`,
	'heredocs without an end': size => `RUN ${'<<A '.repeat(size / 8)}`,
	blanks: size => `RUN a${' '.repeat(size)}b`,
	'blanks at an end': size => `RUN a${' '.repeat(size)}`,
	'blanks after a FROM': size => `FROM${' '.repeat(size / 2)}a${' '.repeat(size / 4)}AS b`,
	'carriage returns': size => `RUN a${'\r'.repeat(size)}b`,
	'escapes before blanks': size => `RUN a${'\\ '.repeat(size / 2)}b`,
	'quotes that do not end': size => `ENV a=${'\'"'.repeat(size / 2)}`,
	'a list': size => `CMD [${'"a", \\\n'.repeat(size)}"b"]`,
	'a list that does not end': size => `CMD [${'"a",'.repeat(size / 8)}`,
	'lists in each other': size => `CMD ${'['.repeat(size)}`,
	flags: size => `COPY ${'--exclude=a \\\n'.repeat(size)}a b`,
	'options of a mount': size => `RUN --mount=type=bind${',rw'.repeat(size / 8)} a`,
	'quotes in a mount': size => `RUN --mount=${'"'.repeat(size)} a`,
	'digits of a duration': size => `HEALTHCHECK --interval=${'1'.repeat(size)} CMD a`,
	'triggers in each other': size => `${'ONBUILD '.repeat(size / 8)} RUN a`,
};
for (const [what, make] of Object.entries(growing)) {
	test(`parsing takes time in proportion to ${what}`, t => {
		isLinear(t, size => [parse, `FROM scratch\n${make(size)}\n`]);
	});
}

/** What may stand above the first FROM. */
const leading: Readonly<Record<string, (size: number) => string>> = {
	'ARGs before the first FROM': size => 'ARG a=1\n'.repeat(size),
	'blanks in a directive': size => `# syntax=a${' '.repeat(size)}b`,
	'blanks before a directive': size => `#${' '.repeat(size)}syntax${' '.repeat(size / 2)}=a`,
	'slashes before a directive': size => '// a=b\n'.repeat(size),
	'a text that is JSON': size => `{"syntax": "a", "b": [${'1,\n'.repeat(size)}2]}`,
};
for (const [what, make] of Object.entries(leading)) {
	test(`parsing takes time in proportion to ${what}`, t => {
		isLinear(t, size => [parse, `${make(size)}\nFROM scratch\n`]);
	});
}

const planned: Readonly<Record<string, (size: number) => string>> = {
	instructions: size => 'RUN a\n'.repeat(size),
	pairs: size => `ENV ${'a=1 \\\n'.repeat(size)} b=2`,
	'braces in braces': size => `ENV a=${`${'${a:-'.repeat(20)}${'}'.repeat(20)}\\\n`.repeat(size / 20)}`,
};
for (const [what, make] of Object.entries(planned)) {
	test(`planning takes time in proportion to ${what}`, t => {
		isLinear(t, size => [planIfSound, `FROM scratch\n${make(size)}\n`]);
	});
}

/**
 * Eight times the text would take 64 times as long if time grew as its square. It takes about eight times, or, where the longer text
 * makes more than the nursery of V8 holds and the shorter one does not, up to 44, as was seen on one machine.
 */
function isLinear(t: ExecutionContext, make: (size: number) => [(source: string) => unknown, string]) {
	const ratios: number[] = [];
	do {
		const [small, large] = [cost(...make(8000)), cost(...make(64_000))];
		ratios.push(large / small);
	} while (Math.min(...ratios) > 50 && ratios.length < 5);

	t.true(
		Math.min(...ratios) <= 50,
		`${ratios.map(ratio => ratio.toFixed(1)).join(', ')} times as long for eight times`,
	);
}

/**
 * The processor time that some work on a text takes, in milliseconds, in the mean of as many times as the kernel's account needs to be
 * exact: what others do meanwhile makes a long piece of work longer, and not a short one. A little is added, which collectors take.
 */
function cost(work: (source: string) => unknown, source: string): number {
	const start = processorTime();
	let times = 0;
	do {
		onlyDockerfileErrors(work)(source);
		times += 1;
	} while (processorTime() - start < 60);
	return (processorTime() - start) / times + 0.1;
}

/** Of this thread, in milliseconds: https://docs.kernel.org/scheduler/sched-stats.html */
function processorTime(): number {
	return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
}

/** The plan of a text without its places, or nothing if it has none. */
function planIfSound(source: string): string | undefined {
	try {
		return JSON.stringify(plan(source), (name, value) => (['location', 'marks'].includes(name) ? undefined : value));
	} catch (error) {
		if (error instanceof DockerfileError) return undefined;
		throw error;
	}
}

/** A Dockerfile as it was understood: one line an instruction, bodies of heredocs below. */
function print(source: string): string {
	const {escape: sign, args, stages} = parse(source);
	const instructions = [...args, ...stages.flatMap(({from, instructions}) => [from, ...instructions])];
	const texts = instructions.map(({text, heredocs}) =>
		[text, ...heredocs.map(({content, name}) => `${content}${name}`)].join('\n'),
	);
	return `# escape=${sign}\n${texts.join('\n')}\n`;
}

function parse(source: string) {
	return parseDockerfile(source, 'Dockerfile');
}

function expand(word: string): string {
	return expandWord(word, name => (name === 'a' ? 'b c' : undefined)).value;
}

/** Fails for any other error, and for a place that the text does not have. */
function onlyDockerfileErrors(work: (source: string) => unknown) {
	return (source: string) => {
		try {
			work(source);
		} catch (error) {
			if (!(error instanceof DockerfileError)) throw error;
			const lines = source.split('\n');
			for (const {location} of [error, ...error.siblings]) {
				if (location && (location.start < 1 || location.end > lines.length || location.end < location.start))
					throw error;
			}
		}
	};
}
