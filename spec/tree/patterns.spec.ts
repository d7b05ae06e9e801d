import test from 'ava';
import fc from 'fast-check';
import {DockerfileError} from '../../lib/errors.ts';
import {compilePatterns} from '../../lib/tree/patterns.ts';
import {slowlyMatches} from './slow-patterns.ts';

function judge(patterns: readonly string[], path: string): boolean {
	return compilePatterns(patterns.map(text => ({text}))).judge(path).matched;
}

test('the last rule decides, and says where it stands (IGN-4)', t => {
	const {judge} = compilePatterns([
		{text: 'dist', line: 2},
		{text: '!dist/keep', line: 3},
		{text: '**/*.map', line: 7},
	]);

	t.like(judge('dist/a'), {matched: true, rule: {line: 2, text: 'dist'}});
	t.like(judge('dist/keep/b'), {matched: false, rule: {line: 3}});
	t.like(judge('dist/keep/b.map'), {matched: true, rule: {line: 7}});
	t.deepEqual(judge('src'), {matched: false});
});

for (const [patterns, directory, expected] of [
	[['a'], 'a', false],
	[['a', '!a/b'], 'a', true],
	[['a', '!b'], 'a', false],
	[['*', '!a/*/c'], 'a/b', true],
	[['*', '!a/*/c'], 'x', false],
	[['*', '!**/keep'], 'x/y', true],
	[['*', '!a/**'], 'x', false],
	[['a/b/c'], 'a', true],
	[['a/b/c'], 'a/b/c', false],
] as const) {
	test(`something below ${directory} ${expected ? 'may' : 'cannot'} be judged otherwise by ${patterns.join(' ')} (IGN-4)`, t => {
		t.is(compilePatterns(patterns.map(text => ({text}))).mayDifferBelow(directory), expected);
	});
}

test('a malformed pattern is told with its line', t => {
	const error = t.throws(() => compilePatterns([{text: 'a[', line: 4}], '.dockerignore'), {
		instanceOf: DockerfileError,
	});

	t.is(error?.message, 'cannot read the pattern a[ in .dockerignore');
	t.deepEqual(error?.location, {file: '.dockerignore', start: 4, end: 4});
});

const name = fc.constantFrom('a', 'b', 'ab', 'ba', '.a', 'a.b');
const path = fc.array(name, {minLength: 1, maxLength: 4}).map(names => names.join('/'));
const piece = fc.constantFrom(
	'a',
	'b',
	'*',
	'?',
	'**',
	'a*',
	'*b',
	'[ab]',
	'[^a]',
	'[a-b]',
	'\\a',
	'.a',
	'a.b',
	'**b',
	'**b*',
	'a**',
	'a**b',
	'[^a-b]',
	'[a\\-b]',
	'\\*',
	'[.\\]]b',
);
const pattern = fc
	.tuple(fc.constantFrom('', '', '!'), fc.array(piece, {minLength: 1, maxLength: 4}))
	.map(([bang, pieces]) => bang + pieces.join('/'));

test('judges as the obvious, slow way does (IGN-3, IGN-4)', t => {
	fc.assert(
		fc.property(fc.array(pattern, {maxLength: 4}), path, (patterns, at) => {
			t.is(judge(patterns, at), slowlyMatches(patterns, at), `${patterns.join(' ')} on ${at}`);
		}),
		{numRuns: 3000},
	);
});

test('two stars before plain text are any beginning, as moby has it (IGN-3)', t => {
	t.true(judge(['**b'], 'a/cb'));
	t.true(judge(['**.log'], 'a/x.log'));
	t.false(judge(['**b*'], 'a/cb'));
	t.false(judge(['a/**b'], 'a/cb'));
});

test('an exception for a directory says nothing of what is matched below it only, as in moby (IGN-4)', t => {
	t.true(judge(['**/node_modules', '!app'], 'app/node_modules'));
	t.false(judge(['*', '!app'], 'app/node_modules'));
	t.false(judge(['app', '!app/keep', 'app'], 'app/keep'));
});

test('what cannot differ below a directory does not differ (IGN-4)', t => {
	fc.assert(
		fc.property(fc.array(pattern, {maxLength: 4}), path, path, (patterns, directory, below) => {
			const matcher = compilePatterns(patterns.map(text => ({text})));
			fc.pre(!matcher.mayDifferBelow(directory));
			t.is(matcher.judge(`${directory}/${below}`).matched, matcher.judge(directory).matched);
		}),
		{numRuns: 3000},
	);
});
