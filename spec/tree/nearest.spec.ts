import test from 'ava';
import {editDistance, nearestPaths} from '../../lib/tree/nearest.ts';
import {sampleTree} from './sample.ts';

const tree = sampleTree({
	'src/': {},
	'src/config.json': 'a',
	'src/config.yml': 'a',
	'src/main.js': 'a',
	'scr/': {},
	'package.json': 'a',
	'go.mod': 'a',
	'doc/': {},
	'doc/a': 'a',
});

for (const [path, expected] of [
	['src/confg.json', ['src/config.json', 'src/config.yml']],
	['sr/main.js', ['src/main.js']],
	['/pakcage.json', ['package.json']],
	['go.mdo', ['go.mod']],
	['src/main.ts', ['src/main.js']],
	['docs/a', ['doc/a']],
	['Makefile', []],
	['do', ['doc']],
	['xo', []],
] as const) {
	test(`${path} may have been ${expected.join(' or ') || 'anything'}`, t => {
		t.deepEqual(nearestPaths(tree, path), [...expected]);
	});
}

test('a distance counts insertions, deletions, replacements and swaps', t => {
	t.deepEqual(
		(
			[
				['', 'ab'],
				['abc', 'abc'],
				['abc', 'acb'],
				['kitten', 'sitting'],
			] as const
		).map(([a, b]) => editDistance(a, b)),
		[2, 0, 1, 3],
	);
});
