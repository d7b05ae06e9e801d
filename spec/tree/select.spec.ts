import test from 'ava';
import {MissingSourceError} from '../../lib/tree/errors.ts';
import {type SourceRequest, selectSources} from '../../lib/tree/select.ts';
import {sampleTree} from './sample.ts';

const tree = sampleTree({
	'f.txt': 'f',
	'g.md': 'g',
	link: '→ app',
	dangling: '→ nope',
	'weird[.txt': 'w',
	'app/': {},
	'app/a.js': 'a',
	'app/b.md': 'b',
	'app/storage/': {},
	'app/storage/views/': {},
	'app/storage/views/v.js': 'v',
	'app/l': '→ a.js',
	'x/': {},
	'x/a.txt': 'a',
	'x/y/': {},
	'x/y/a.txt': 'a',
	'x/y/b.txt': 'b',
	'x/z/': {},
	'x/z/a.txt': 'a',
	'x/z/c.md': 'c',
	'y/': {},
	'y/b.txt': 'b',
});

function chosen(request: SourceRequest): string[] {
	return selectSources(tree, request).sources.map(({kind, path, entries}) =>
		`${kind} ${path}: ${entries.map(entry => entry.path).join(' ')}`.trim(),
	);
}

const cases: readonly [title: string, request: SourceRequest, expected: string[]][] = [
	['a file is chosen under its name', {paths: ['./x/../f.txt']}, ['file f.txt: f.txt']],
	['.. and / are the root of the context (CPY-13)', {paths: ['/../../x/a.txt']}, ['file x/a.txt: a.txt']],
	['a directory stands for what is in it (CPY-2)', {paths: ['y/']}, ['directory y: b.txt']],
	[
		'a named link is followed, links in a directory are not (CPY-9)',
		{paths: ['link']},
		['directory link: a.js b.md l storage storage/views storage/views/v.js'],
	],
	['so is a link on the way (CPY-9)', {paths: ['link/a.js', 'app/l']}, ['file link/a.js: a.js', 'file app/l: l']],
	[
		'matched directories are each a source (CPY-12)',
		{paths: ['[xy]']},
		['directory x: a.txt y y/a.txt y/b.txt z z/a.txt z/c.md', 'directory y: b.txt'],
	],
	['a pattern may match nothing beside another source (CPY-12)', {paths: ['f.txt', 'nope*']}, ['file f.txt: f.txt']],
	['so may all patterns (CPY-12)', {paths: ['nope*', 'app/nope?']}, []],
	['a malformed pattern is a name (CPY-12)', {paths: ['weird[.txt']}, ['file weird[.txt: weird[.txt']],
	[
		'--exclude is relative to each source (CPY-15)',
		{paths: ['app', 'x'], exclude: ['storage/views', 'y', '*.md']},
		['directory app: a.js l storage', 'directory x: a.txt z z/a.txt z/c.md'],
	],
	[
		'--exclude speaks of named files by their name (CPY-15)',
		{paths: ['*.*'], exclude: ['*.md', 'weird*']},
		['file f.txt: f.txt', 'file g.md:', 'file weird[.txt:'],
	],
	['--exclude can take back (CPY-15)', {paths: ['x'], exclude: ['*', '!y/b.txt']}, ['directory x: y y/b.txt']],
	[
		'--parents keeps the way to a file (CPY-14)',
		{paths: ['./x/y/a.txt'], parents: true},
		['parents : x x/y x/y/a.txt'],
	],
	['--parents and a directory (CPY-14)', {paths: ['./x/y/'], parents: true}, ['parents : x x/y x/y/a.txt x/y/b.txt']],
	[
		'--parents and everything (CPY-14)',
		{paths: ['./'], parents: true, exclude: ['app', 'x', '*t', 'dangling', '*.md', 'link']},
		['parents : y y/b.txt'],
	],
	[
		'--parents and patterns (CPY-14)',
		{paths: ['./x/*/a.txt', './*/b.txt'], parents: true},
		['parents : x x/y x/y/a.txt x/z x/z/a.txt', 'parents : y y/b.txt'],
	],
	['--parents from the pivot on (CPY-14)', {paths: ['./x/./y/*.txt'], parents: true}, ['parents x: y y/a.txt y/b.txt']],
	['--parents: the first pivot counts (CPY-14)', {paths: ['/x/./y/./a.txt'], parents: true}, ['parents x: y y/a.txt']],
	[
		'--parents: a pivot after a pattern (CPY-14)',
		{paths: ['x/*/./a.txt'], parents: true},
		['parents x/y: a.txt', 'parents x/z: a.txt'],
	],
	['--parents: ** is any depth (CPY-14)', {paths: ['x/./**/b.txt'], parents: true}, ['parents x: y y/b.txt']],
	[
		'heredocs come after paths (PAR-13)',
		{paths: ['f.txt'], files: [{name: 'h', content: 'x', mode: 0o644}]},
		['file f.txt: f.txt', 'heredoc h: h'],
	],
];

for (const [title, request, expected] of cases) {
	test(title, t => {
		t.deepEqual(chosen(request), expected);
	});
}

for (const [path, request] of [
	['nope', {paths: ['f.txt', 'nope']}],
	['dangling', {paths: ['dangling']}],
	['nope/*', {paths: ['f.txt', 'nope/*']}],
	['f.txt/x', {paths: ['f.txt/x']}],
	['x/nope', {paths: ['x/nope'], parents: true}],
	['nope/./x', {paths: ['nope/./x'], parents: true}],
] as const) {
	test(`${request.paths.join(' ')} names the missing ${path} (CPY-12)`, t => {
		const error = t.throws(() => chosen(request), {instanceOf: MissingSourceError});

		t.is(error?.path, path);
		t.is(error?.exitCode, 3);
	});
}

test('patterns that match nothing are told', t => {
	t.deepEqual(selectSources(tree, {paths: ['f.txt', 'nope*']}).unmatched, ['nope*']);
});
