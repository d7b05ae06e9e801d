import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {parseIgnoreFile} from '../../lib/context/ignore-file.ts';
import {type ContextTree, openContext} from '../../lib/context/open.ts';
import {joinPath} from '../../lib/tree/paths.ts';
import {slowlyMatches, slowlyRead} from '../tree/slow-patterns.ts';

const directories = ['a', 'b', 'ab', 'a/a', 'a/b', 'b/a', 'a/ab', 'a/b/a', 'b/a/ab', 'a/b/a/b'];
const files = ['', ...directories].flatMap(directory =>
	['.x', 'x', 'x*', '#y', 'yb'].map(name => joinPath(directory, name)),
);

const name = fc.constantFrom(
	...['a', 'b', 'ab', 'x', '.x', 'yb', '*', '**', '?', 'a*', '*b', '**b', '**b*', '[ab]', '[^a]', 'x\\*', '\\a'],
	...['.', '..', ''],
);
const pattern = fc
	.tuple(
		fc.constantFrom('', '', '', '!', '!', ' ', '! ', '/', '!/', '#', ' #'),
		fc.array(name, {minLength: 1, maxLength: 4}),
		fc.constantFrom('', '', '/', ' ', '\t', '\r'),
	)
	.map(([before, names, after]) => before + names.join('/') + after);
const text = fc
	.tuple(fc.constantFrom('', '\ufeff'), fc.array(pattern, {maxLength: 5}))
	.map(([mark, lines]) => mark + lines.join('\n'));

test('a walk that leaves directories out finds the files that asking for each would (IGN-2, IGN-3, IGN-4)', async t => {
	const folder = await mkdtemp(join(tmpdir(), 'strata-walk-'));
	t.teardown(() => rm(folder, {recursive: true}));
	for (const directory of directories) await mkdir(join(folder, directory), {recursive: true});
	for (const file of files) await writeFile(join(folder, file), '');

	fc.assert(
		fc.property(text, written => {
			const patterns = slowlyRead(written);
			fc.pre(!patterns.includes('!'));
			const expected = files.filter(file => !slowlyMatches(patterns, file));

			const found = walk(openContext(folder, {name: '.dockerignore', patterns: parseIgnoreFile(written)}));

			return found.sort().join() === expected.sort().join();
		}),
		{numRuns: 300},
	);
	t.pass();
});

function walk(tree: ContextTree, directory = ''): string[] {
	return tree.list(directory).flatMap(name => {
		const path = joinPath(directory, name);
		return tree.stat(path)?.type === 'directory' ? walk(tree, path) : [path];
	});
}
