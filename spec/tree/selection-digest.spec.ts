import test from 'ava';
import {selectSources} from '../../lib/tree/select.ts';
import {type DigestOptions, selectionDigest} from '../../lib/tree/selection-digest.ts';
import {type Sample, type SampleFacts, sampleTree} from './sample.ts';

function digest(sample: Sample, options?: DigestOptions, paths: readonly string[] = ['.']): string {
	return selectionDigest(selectSources(sampleTree(sample), {paths}), options);
}

const file: SampleFacts = {text: 'a', mode: 0o644, uid: 1, gid: 2, mtime: 3};

test('a time is no difference (KEY-1)', t => {
	t.is(digest({f: file}), digest({f: {...file, mtime: 4}}));
});

for (const [title, sample] of [
	['name', {g: file}],
	['content', {f: {...file, text: 'b'}}],
	['mode', {f: {...file, mode: 0o755}}],
	['owner', {f: {...file, uid: 9}}],
	['group', {f: {...file, gid: 9}}],
	['attribute', {f: {...file, xattrs: {'user.a': 'AA=='}}}],
	['further file', {f: file, g: file}],
	['type', {'f/': {mode: 0o644, uid: 1, gid: 2}}],
] as const) {
	test(`another ${title} is a difference (KEY-1)`, t => {
		t.not(digest({f: file}), digest(sample as Sample));
	});
}

test('where a link leads is a difference, and which names share a file', t => {
	t.not(digest({l: '→ a'}), digest({l: '→ b'}));
	t.not(digest({a: 'a', b: 'a'}), digest({a: 'a', b: '= a'}));
	t.is(digest({a: 'a', b: '= a'}), digest({a: '= b', b: 'a'}), 'but not which name was first');
});

test('ids that --chown sets, and modes that --chmod sets, are no difference', t => {
	t.is(digest({f: file}, {chown: '5'}), digest({f: {...file, uid: 9, gid: 9}}, {chown: '5'}));
	t.is(digest({f: file}, {chmod: '600'}), digest({f: {...file, mode: 0o755}}, {chmod: '600'}));
	t.not(digest({f: file}, {chmod: '+x'}), digest({f: {...file, mode: 0o600}}, {chmod: '+x'}));
});

test('the order of sources is a difference, since later ones replace earlier ones', t => {
	const sample = {f: 'f', g: 'g'};

	t.not(digest(sample, {}, ['f', 'g']), digest(sample, {}, ['g', 'f']));
});

test('values cannot run into one another (KEY-3, W-18)', t => {
	t.not(digest({'x\udcfe': 'a'}), digest({'x\udcff': 'a'}), 'names that are no UTF-8');
	t.not(digest({ab: '→ c'}), digest({a: '→ bc'}));
	t.not(digest({'d/': {}, 'd/a': 'x'}), digest({'d/': {}, da: 'x'}));
});

test('a file without a digest is a bug, not a key', t => {
	const entry = {
		path: 'f',
		type: 'file',
		mode: 0,
		uid: 0,
		gid: 0,
		size: 1,
		mtime: 0,
		content: {from: 'file', path: '/f'},
	} as const;

	t.throws(() => selectionDigest({sources: [{kind: 'file', path: 'f', entries: [entry]}], unmatched: []}), {
		message: /f has no digest/,
	});
});
