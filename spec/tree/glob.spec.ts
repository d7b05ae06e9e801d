import test from 'ava';
import {compileGlob, expandWildcard, hasWildcard} from '../../lib/tree/glob.ts';
import {sampleTree} from './sample.ts';

for (const [pattern, text, expected] of [
	['abc', 'abc', true],
	['*', 'abc', true],
	['*', '.abc', true],
	['a*', 'ab/c', false],
	['a*b*c*d*e*/f', 'axbxcxdxe/f', true],
	['a*b?c*x', 'abxbbxdbxebxczzx', true],
	['a?b', 'a/b', false],
	['a[^a]b', 'a☺b', true],
	['[a-ζ]*', 'α', true],
	['*[a-ζ]', 'A', false],
	['[\\]a]', ']', true],
	['[x\\-]', '-', true],
	['a\\*b', 'a*b', true],
	['a\\*b', 'axb', false],
	['a**b', 'a/b', false],
	['a.b', 'axb', false],
	['(a|b)+{}$', '(a|b)+{}$', true],
	['a\nb*', 'a\nbc', true],
] as const) {
	test(`${JSON.stringify(pattern)} ${expected ? 'matches' : 'does not match'} ${JSON.stringify(text)}, as in Go’s filepath.Match (CPY-12)`, t => {
		t.is(compileGlob(pattern)?.test(text), expected);
	});
}

for (const pattern of ['[', '[]', '[a', '[^', '[]a]', '[-]', '[x-]', '[-x]', '[a-b-c]', '[z-a]', 'a\\', '[a\\']) {
	test(`${pattern} is malformed`, t => {
		t.is(compileGlob(pattern), undefined);
	});
}

test('a backslash alone asks for no matching, and takes the meaning of what follows', t => {
	t.deepEqual(['a', 'a\\b', 'a\\*', 'a\\\\'].map(hasWildcard), [false, false, false, false]);
	t.deepEqual(['*', 'a?', 'a\\\\*', 'arr[[]0].txt'].map(hasWildcard), [true, true, true, true]);
});

const tree = sampleTree({
	'a/': {},
	'a/x.txt': 'a',
	'a/y.md': 'a',
	'a.txt': 'a',
	'b/': {},
	'b/x.txt': 'a',
	'b/c/': {},
	'b/c/x.txt': 'a',
	'arr[0].txt': 'a',
	l: '→ b',
	f: 'a',
});

for (const [pattern, expected] of [
	['*.txt', ['a.txt', 'arr[0].txt']],
	['/*/*.txt', ['a/x.txt', 'b/x.txt']],
	['./b/../?', ['a', 'b', 'f', 'l']],
	['arr[[]0].txt', ['arr[0].txt']],
	['l/*', ['b/c', 'b/x.txt']],
	['l*/x.txt', []],
	['nope*', []],
	['a/*/x', []],
] as const) {
	test(`${pattern} means ${expected.join(', ') || 'nothing'}, in the order of a walk (CPY-12, W-29)`, t => {
		t.deepEqual(expandWildcard(tree, pattern), [...expected]);
	});
}

test('a pattern below what is not there, or malformed, means not even nothing', t => {
	t.deepEqual(
		['nope/*', 'f/*', 'a/['].map(pattern => expandWildcard(tree, pattern)),
		[undefined, undefined, undefined],
	);
});
