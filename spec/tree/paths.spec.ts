import test from 'ava';
import fc from 'fast-check';
import {decodeName, encodeName} from '../../lib/tree/name.ts';
import {cleanPath, compareBytes, joinPath, nameOf, parentOf} from '../../lib/tree/paths.ts';

for (const [path, expected] of [
	['/', ''],
	['.', ''],
	['//a/./b//c/', 'a/b/c'],
	['../../a', 'a'],
	['a/../../b/..', ''],
	['a/...', 'a/...'],
] as const) {
	test(`${path} is ${JSON.stringify(expected)} when clean`, t => {
		t.is(cleanPath(path), expected);
	});
}

test('a path is its parent and its name, joined', t => {
	t.deepEqual(
		['a/b', 'a', ''].map(path => [parentOf(path), nameOf(path)]),
		[
			['a', 'b'],
			['', 'a'],
			['', ''],
		],
	);
	t.deepEqual(
		['a/b', 'a', ''].map(path => joinPath(parentOf(path), nameOf(path))),
		['a/b', 'a', ''],
	);
	t.is(joinPath('a', ''), 'a');
});

const bytes = fc.uint8Array({maxLength: 6});

test('names are ordered by their bytes, and come back as them', t => {
	fc.assert(
		fc.property(bytes, bytes, (one, other) => {
			t.deepEqual(encodeName(decodeName(one)), Buffer.from(one));
			t.is(Math.sign(compareBytes(decodeName(one), decodeName(other))), Math.sign(Buffer.compare(one, other)));
		}),
		{numRuns: 2000},
	);
});
