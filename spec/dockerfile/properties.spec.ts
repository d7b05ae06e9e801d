import test from 'ava';
import fc from 'fast-check';
import {expandWord} from '../../lib/dockerfile/expand.ts';
import {parseDockerfile} from '../../lib/dockerfile/parse.ts';
import {DockerfileError} from '../../lib/errors.ts';
import {plan} from '../plan/planning.ts';

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
