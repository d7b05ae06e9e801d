import test from 'ava';
import type {DiffID} from '../../lib/oci/digest.ts';
import {compareTrees} from '../../lib/tree/compare.ts';
import {mergeTocs} from '../../lib/tree/merge.ts';
import type {TocEntry} from '../../lib/tree/toc.ts';

const diffID = 'sha256:0' as DiffID;
const plain = {type: 'file', mode: 0o644, uid: 0, gid: 0, size: 3, mtime: 1, digest: 'sha256:a'} as const;

function treeOf(entries: Readonly<Record<string, Partial<TocEntry>>>) {
	const toc = Object.entries(entries).map(([path, entry]) => ({...plain, path, ...entry}) as TocEntry);
	return mergeTocs([{diffID, toc}]);
}

for (const [title, before, after, how] of [
	['a mode', {}, {mode: 0o755}, ['mode']],
	['an owner', {}, {uid: 7}, ['owner']],
	['content of the same size', {}, {digest: 'sha256:b'}, ['content']],
	['content of another size', {}, {digest: 'sha256:b', size: 4}, ['size', 'content']],
	[
		'a link',
		{type: 'symlink', linkname: 'a', digest: undefined},
		{type: 'symlink', linkname: 'b', digest: undefined},
		['link'],
	],
	['a type', {}, {type: 'fifo', size: 0, digest: undefined}, ['type', 'size', 'content']],
	['a device', {type: 'char', major: 1, minor: 3}, {type: 'char', major: 1, minor: 5}, ['device']],
	['attributes', {}, {xattrs: {'user.a': 'eA=='}}, ['xattrs']],
] as const) {
	test(`two trees differ by ${title}`, t => {
		const changes = compareTrees(treeOf({x: before as never}), treeOf({x: after as never}));

		t.like(changes, [{path: 'x', change: 'changed', how}] as never);
		t.is(changes.length, 1);
	});
}

test('times do not count, nor do the places of contents', t => {
	t.deepEqual(compareTrees(treeOf({x: {mtime: 1, offset: 512}}), treeOf({x: {mtime: 2, offset: 1024}})), []);
});

test('all that came and went is told, directories before what is in them', t => {
	const folder = {type: 'directory', mode: 0o755, size: 0} as const;
	const before = treeOf({a: folder, 'a/gone': {}, 'a/stays': {}});
	const after = treeOf({a: folder, 'a/stays': {}, 'b-new': folder, 'b-new/x': {}, 'b.txt': {}});

	t.deepEqual(
		compareTrees(before, after).map(({path, change}) => [path, change]),
		[
			['a/gone', 'removed'],
			['b-new', 'added'],
			['b-new/x', 'added'],
			['b.txt', 'added'],
		],
	);
});

test('of a file nothing is told that is no fact of it', t => {
	const [change] = compareTrees(treeOf({}), treeOf({'etc/passwd': {body: 'cm9vdA==', offset: 512}}));

	t.deepEqual(change, {
		path: 'etc',
		change: 'added',
		how: [],
		after: {type: 'directory', mode: 0o755, uid: 0, gid: 0, size: 0},
	});
	const {mtime: _, ...facts} = plain;
	t.deepEqual(compareTrees(treeOf({}), treeOf({x: {body: 'x', offset: 1}}))[0]?.after, facts as never);
});
