import test from 'ava';
import fc from 'fast-check';
import {StepError} from '../../lib/errors.ts';
import {mergeTocs} from '../../lib/tree/merge.ts';
import {joinPath} from '../../lib/tree/paths.ts';
import type {Tree} from '../../lib/tree/tree.ts';
import {type NaiveLayer, naiveMerge} from './naive-merge.ts';
import {type Sample, sampleDiffID, sampleToc, sampleTree, show} from './sample.ts';

/** Everything in a tree as a sample; asks it by `list` and `stat` only. */
function dump(tree: Tree, directory = ''): Record<string, string> {
	return Object.assign(
		{},
		...tree.list(directory).map(name => {
			const path = joinPath(directory, name);
			const entry = tree.stat(path);
			return {...(entry && show([entry])), ...dump(tree, path)};
		}),
	);
}

const cases: readonly [title: string, layers: readonly Sample[], expected: Record<string, string>][] = [
	['upper files replace lower ones', [{a: 'a', b: 'b'}, {b: 'c'}], {a: 'a', b: 'c'}],
	['a whiteout removes a file', [{'d/': {}, 'd/a': 'a', 'd/b': 'b'}, {'d/.wh.a': ''}], {'d/': '', 'd/b': 'b'}],
	['a whiteout removes a directory with all in it', [{'d/': {}, 'd/a': 'a'}, {'.wh.d': ''}], {}],
	['a whiteout acts on lower layers only', [{a: 'a'}, {'.wh.a': '', 'a/': {}, 'a/b': 'b'}], {'a/': '', 'a/b': 'b'}],
	[
		'an opaque directory hides what was in it (W-30)',
		[
			{'d/': {}, 'd/a': 'a'},
			{'d/': {mode: 0o700}, 'd/.wh..wh..opq': '', 'd/b': 'b'},
		],
		{'d/': '0700', 'd/b': 'b'},
	],
	[
		'a directory on a directory keeps what is in it',
		[{'d/': {}, 'd/a': 'a'}, {'d/': {mode: 0o700}}],
		{'d/': '0700', 'd/a': 'a'},
	],
	['a file on a directory leaves nothing of it', [{'d/': {}, 'd/a': 'a'}, {d: 'b'}], {d: 'b'}],
	['a directory on a file', [{d: 'b'}, {'d/': {}, 'd/a': 'a'}], {'d/': '', 'd/a': 'a'}],
	[
		'a directory on a link is a directory',
		[
			{l: '→ x', 'x/': {}},
			{'l/': {}, 'l/a': 'a'},
		],
		{'l/': '', 'l/a': 'a', 'x/': ''},
	],
	['parents that no layer lists are 0755 0:0', [{'a/b/c': 'c'}], {'a/': '', 'a/b/': '', 'a/b/c': 'c'}],
	['the root has an entry of its own', [{'/': {mode: 0o700}, a: 'a'}], {a: 'a'}],
	['a hard link is the file it names, wherever that stands', [{a: '= z', m: '= a', z: 'z'}], {a: 'z', m: 'z', z: 'z'}],
	['a hard link to a file of a layer below', [{a: 'a'}, {b: '= a'}], {a: 'a', b: 'a'}],
	['a hard link outlives its first name', [{a: 'a', b: '= a'}, {'.wh.a': ''}, {a: 'c'}], {a: 'c', b: 'a'}],
	['a hard link to a symlink is a symlink', [{l: '→ x', m: '= l'}], {l: '→ x', m: '→ x'}],
];

for (const [title, layers, expected] of cases) {
	test(title, t => {
		t.deepEqual(dump(sampleTree(...layers)), expected);
	});
}

test('a file knows where its bytes are, a hard link where those of its inode are', t => {
	const tree = sampleTree({z: 'z'}, {a: '= z', b: 'b'});
	const first = tree.stat('z');

	t.deepEqual(first?.content, {from: 'layer', diffID: sampleDiffID(0), offset: 512});
	t.is(first?.linkname, undefined);
	t.like(tree.stat('a'), {type: 'file', path: 'a', linkname: 'z', size: 1, content: first?.content});
	t.like(tree.stat('b'), {content: {from: 'layer', diffID: sampleDiffID(1)}});
});

test('what is not there is undefined, also below a file or a link', t => {
	const tree = sampleTree({f: 'f', l: '→ d', 'd/': {}, 'd/x': 'x'});

	for (const path of ['nope', 'f/x', 'l/x', 'd/nope']) t.is(tree.stat(path), undefined, path);
	for (const path of ['nope', 'f', 'l']) t.deepEqual(tree.list(path), [], path);
	t.is(tree.stat('')?.type, 'directory');
});

test('names are listed in the order of their bytes', t => {
	t.deepEqual(sampleTree({'\u{1f600}': 'a', '\uff21': 'a', B: 'a', a: 'a', 'a-': 'a', 'a/': {}}).list(''), [
		'B',
		'a',
		'a-',
		'\uff21',
		'\u{1f600}',
	]);
});

test('a hard link to nothing is an error that names it', t => {
	t.throws(() => sampleTree({a: '= gone'}), {instanceOf: StepError, message: /links a to gone/});
	t.throws(() => sampleTree({a: '= b', b: '= a'}), {instanceOf: StepError}, 'a circle');
});

const names = fc.array(fc.constantFrom('a', 'b', 'c'), {minLength: 1, maxLength: 3}).map(parts => parts.join('/'));
const kinds = fc.constantFrom('file', 'directory', 'symlink', 'whiteout', 'opaque') as fc.Arbitrary<NaiveLayer[string]>;
const layer = fc.dictionary(names, kinds, {maxKeys: 6}).map(consistent);

/** A path whose parent is no directory in the same layer can be in no tar. */
function consistent(raw: Record<string, NaiveLayer[string]>): NaiveLayer {
	const isFine = (path: string) =>
		path
			.split('/')
			.every(
				(_, depth, all) =>
					depth === 0 || ['directory', 'opaque', undefined].includes(raw[all.slice(0, depth).join('/')]),
			);
	return Object.fromEntries(Object.entries(raw).filter(([path]) => isFine(path)));
}

function toSample(kind: NaiveLayer): Sample {
	const entries = Object.entries(kind).flatMap(([path, type]): [string, string][] => {
		if (type === 'directory') return [[`${path}/`, '']];
		if (type === 'opaque')
			return [
				[`${path}/`, ''],
				[`${path}/.wh..wh..opq`, ''],
			];
		if (type === 'whiteout') return [[path.replace(/[^/]*$/, '.wh.$&'), '']];
		return [[path, type === 'symlink' ? '→ x' : 'f']];
	});
	return Object.fromEntries(entries);
}

test('merges as a file system would, layer upon layer', t => {
	fc.assert(
		fc.property(fc.array(layer, {maxLength: 4}), layers => {
			const merged = dump(
				mergeTocs(layers.map((kinds, index) => ({diffID: sampleDiffID(index), toc: sampleToc(toSample(kinds))}))),
			);
			t.deepEqual(Object.keys(merged).sort(), naiveMerge(layers), JSON.stringify(layers));
		}),
		{numRuns: 2000},
	);
});
