import test from 'ava';
import {StepError} from '../../lib/errors.ts';
import {placeEntries} from '../../lib/tree/place.ts';
import type {Selection} from '../../lib/tree/selection.ts';
import {copy, now, past, sampleTree, show} from './sample.ts';

const source = sampleTree({
	f: 'f',
	'd/': {mode: 0o750},
	'd/a': 'a',
	'd/s/': {mode: 0o700, uid: 7, gid: 8},
	'd/s/b': {text: 'b', mode: 0o4755},
	'd/l': '→ s/b',
	link: '→ d',
	'linked-file': '→ d/a',
	'empty/': {},
});

const parent = sampleTree({
	bin: '→ usr/bin',
	'etc/': {mode: 0o711, uid: 1, gid: 2},
	'etc/passwd': 'root:x:0:0::/root:\ndev:x:1000:1001::/:\n',
	'etc/group': 'dev:x:1001:\n',
	'usr/': {},
	'usr/bin/': {mode: 0o555, xattrs: {'user.k': 'dg=='}},
	'usr/bin/sh': 'x',
	real: 'x',
	'to-real': '→ real',
	'to-etc': '→ /etc',
	'etc/s/': {mode: 0o777},
});

const cases: readonly [title: string, request: Parameters<typeof copy>[1], expected: Record<string, string>][] = [
	[
		'a directory copies its contents (CPY-2, W-28)',
		{paths: ['d'], destination: '/x'},
		{
			'x/': 'now',
			'x/a': 'a',
			'x/l': '→ s/b',
			'x/s/': '0700 7:8',
			'x/s/b': 'b 04755',
		},
	],
	['a trailing slash of a source says nothing (CPY-2)', {paths: ['empty/'], destination: '/x'}, {'x/': 'now'}],
	['a file takes the name of the destination (CPY-3)', {paths: ['f'], destination: '/x'}, {x: 'f'}],
	['a destination with a slash is a directory (CPY-3)', {paths: ['f'], destination: '/x/'}, {'x/': 'now', 'x/f': 'f'}],
	['so is a dot (CPY-3)', {paths: ['f'], destination: '.', workdir: '/w'}, {'w/': 'now', 'w/f': 'f'}],
	['so is nothing (CPY-3)', {paths: ['f'], destination: '', workdir: '/w'}, {'w/': 'now', 'w/f': 'f'}],
	['so is what is one (CPY-3, CPY-6)', {paths: ['f'], destination: '/etc'}, {'etc/': '0711 1:2', 'etc/f': 'f'}],
	[
		'a file replaces a file (CPY-4)',
		{paths: ['f'], destination: '/etc/passwd'},
		{'etc/': '0711 1:2', 'etc/passwd': 'f'},
	],
	[
		'missing parents are made (CPY-5, W-10)',
		{paths: ['f'], destination: 'p/q/f', workdir: '/w'},
		{
			'w/': 'now',
			'w/p/': 'now',
			'w/p/q/': 'now',
			'w/p/q/f': 'f',
		},
	],
	[
		'and belong to --chown (CPY-5)',
		{paths: ['f'], destination: '/p/f', chown: 'dev'},
		{'p/': '1000:1001 now', 'p/f': 'f 1000:1001'},
	],
	[
		'directories below the destination get the source’s metadata (CPY-6)',
		{paths: ['d'], destination: '/etc'},
		{
			'etc/': '0711 1:2',
			'etc/a': 'a',
			'etc/l': '→ s/b',
			'etc/s/': '0700 7:8',
			'etc/s/b': 'b 04755',
		},
	],
	[
		'--chown sets both ids of everything (CPY-7)',
		{paths: ['d'], destination: '/x', chown: '5:6'},
		{
			'x/': '5:6 now',
			'x/a': 'a 5:6',
			'x/l': '→ s/b 5:6',
			'x/s/': '0700 5:6',
			'x/s/b': 'b 04755 5:6',
		},
	],
	[
		'--chmod sets the mode of files and directories, not of links (CPY-8)',
		{paths: ['d'], destination: '/x', chmod: 'go=u,+X'},
		{
			'x/': 'now',
			'x/a': 'a 0666',
			'x/l': '→ s/b',
			'x/s/': '0777 7:8',
			'x/s/b': 'b 04777',
		},
	],
	[
		'a source that is a link is followed, under its own name (CPY-9)',
		{paths: ['linked-file'], destination: '/x/'},
		{
			'x/': 'now',
			'x/linked-file': 'a',
		},
	],
	[
		'a link to a directory is that directory (CPY-9)',
		{paths: ['link'], destination: '/x', exclude: ['s', 'l']},
		{'x/': 'now', 'x/a': 'a'},
	],
	[
		'links in the destination are followed, parents come as they are (CPY-10, LAY-5)',
		{paths: ['f'], destination: '/bin/f'},
		{
			'usr/': '',
			'usr/bin/': '0555 +user.k',
			'usr/bin/f': 'f',
		},
	],
	['the destination itself too (CPY-10)', {paths: ['f'], destination: '/to-real'}, {real: 'f'}],
	['but a file in it replaces a link (CPY-4)', {paths: ['f', 'd/a'], destination: '/', exclude: []}, {f: 'f', a: 'a'}],
	[
		'--link knows no links and no parents (CPY-11)',
		{paths: ['f'], destination: '/bin/f', link: true},
		{'bin/': 'now', 'bin/f': 'f'},
	],
	[
		'--link looks up names in the image',
		{paths: ['f'], destination: '/f', link: true, chown: 'dev'},
		{f: 'f 1000:1001'},
	],
	['a later source replaces an earlier one (CPY-4)', {paths: ['f', 'd/a'], destination: '/x'}, {x: 'a'}],
	[
		'--parents keeps the way (CPY-14)',
		{paths: ['d/s/b'], destination: '/x', parents: true},
		{
			'x/': 'now',
			'x/d/': '0750',
			'x/d/s/': '0700 7:8',
			'x/d/s/b': 'b 04755',
		},
	],
	[
		'--parents leaves directories as they are (CPY-14)',
		{paths: ['d/./s/b'], destination: '/etc', parents: true},
		{
			'etc/': '0711 1:2',
			'etc/s/': '0777',
			'etc/s/b': 'b 04755',
		},
	],
	[
		'a heredoc is a file of now (PAR-13)',
		{paths: [], files: [{name: 'h', content: 'hi', mode: 0o644}], destination: '/x/'},
		{
			'x/': 'now',
			'x/h': 'hi now',
		},
	],
];

for (const [title, request, expected] of cases) {
	test(title, t => {
		t.deepEqual(copy(source, request, parent), expected);
	});
}

const conflicts: readonly [title: string, request: Parameters<typeof copy>[1], expected: RegExp][] = [
	[
		'a directory does not replace a file (CPY-4)',
		{paths: ['d'], destination: '/real'},
		/cannot copy the directory d over \/real/,
	],
	[
		'a file does not replace a directory (CPY-4)',
		{paths: ['d/a'], destination: '/two/'},
		/cannot copy d\/a over \/two\/a, which is a directory/,
	],
	[
		'a directory is not made below a file',
		{paths: ['f'], destination: '/real/x/'},
		/cannot write below \/real: it is no directory/,
	],
	[
		'an owner that nobody has is an error (CPY-7)',
		{paths: ['f'], destination: '/', chown: 'ghost'},
		/unknown user ghost/,
	],
];

for (const [title, request, expected] of conflicts) {
	test(title, t => {
		const image = sampleTree({'etc/': {}, real: 'x', 'two/': {}, 'two/a/': {}});

		t.throws(() => copy(source, request, image), {instanceOf: StepError, message: expected});
	});
}

test('a directory never replaces a link, and the way out is told (CPY-4, CPY-10)', t => {
	const rootfs = sampleTree({'top/': {}, 'top/bin/': {}, 'top/bin/tool': 't'});

	const error = t.throws(() => copy(rootfs, {paths: ['top'], destination: '/'}, parent), {instanceOf: StepError});

	t.is(error?.message, 'cannot copy the directory top/bin over /bin, which is a link to usr/bin');
	t.deepEqual(error?.help, ['copy what is in it to where the link leads: COPY top/bin/ /bin/']);
});

test('names of one file stay names of one file, the first in order having the content (CPY-16, W-11, LAY-6)', t => {
	const linked = sampleTree({'d/': {}, 'd/z': 'z', 'd/a': '= d/z', 'd/m': '= d/z', o: '= d/z'});

	t.deepEqual(copy(linked, {paths: ['d'], destination: '/x'}), {
		'x/': 'now',
		'x/a': 'z',
		'x/m': '= x/a',
		'x/z': '= x/a',
	});
	t.deepEqual(copy(linked, {paths: ['d/z', 'o'], destination: '/'}), {z: 'z', o: 'z'}, 'two sources are two copies');
});

test('xattrs and times come along (CPY-17, CPY-18, W-3)', t => {
	const capable = sampleTree({ping: {text: 'p', xattrs: {'security.capability': 'AQ=='}, mtime: past}});

	t.deepEqual(copy(capable, {paths: ['ping'], destination: '/', chown: '1'}), {ping: 'p 1:1 +security.capability'});
});

test('devices and fifos are copied as what they are (CPY-19)', t => {
	const devices = sampleTree({'d/': {}, 'd/null': {type: 'char', major: 1, minor: 3}, 'd/pipe': {type: 'fifo'}});

	t.deepEqual(copy(devices, {paths: ['d'], destination: '/'}), {null: 'char', pipe: 'fifo'});
});

test('a name that a layer would read as a deletion is refused (LAY-2, W-13)', t => {
	const file = {path: '.wh.x', type: 'file', mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 0} as const;
	const selection: Selection = {sources: [{kind: 'file', path: '.wh.x', entries: [file]}], unmatched: []};

	t.throws(() => placeEntries(selection, {destination: '/', workdir: '/', now}, parent), {code: 'WHITEOUT_NAME'});
});

test('links in a circle are an error, not an endless loop', t => {
	const loop = sampleTree({a: '→ b', b: '→ /a'});

	t.throws(() => copy(source, {paths: ['f'], destination: '/a/f'}, loop), {code: 'LINK_LOOP'});
});

test('where a link leads is made, and is not made below a file (CPY-10)', t => {
	const dangling = sampleTree({a: '→ new/dir/f', b: '→ real/dir/f', real: 'x'});

	t.deepEqual(copy(source, {paths: ['f'], destination: '/a'}, dangling), {
		'new/': 'now',
		'new/dir/': 'now',
		'new/dir/f': 'f',
	});
	const error = t.throws(() => copy(source, {paths: ['f'], destination: '/b'}, dangling), {code: 'NOT_A_DIRECTORY'});
	t.is(error?.message, 'cannot write below /real: it is no directory');
});

test('nothing leads out of the root (W-27)', t => {
	const evil = sampleTree({up: '→ ../../../../etc', abs: '→ /../../etc'});

	t.deepEqual(copy(source, {paths: ['f'], destination: '/up/f'}, evil), {'etc/': 'now', 'etc/f': 'f'});
	t.deepEqual(copy(source, {paths: ['f'], destination: '/abs/../../f'}, evil), {f: 'f'});
	t.deepEqual(copy(source, {paths: ['/../../f'], destination: '../../f', workdir: '/'}, evil), {f: 'f'}, 'CPY-13');
});

test('entries know nothing of where they came from but their content', t => {
	const [entry] = placeEntries(
		{sources: [{kind: 'file', path: 'f', entries: [{...source.stat('f'), path: 'f'} as never]}], unmatched: []},
		{destination: '/', workdir: '/', now},
		parent,
	);

	t.deepEqual(Object.keys(entry ?? {}).sort(), [
		'content',
		'digest',
		'gid',
		'mode',
		'mtime',
		'path',
		'size',
		'type',
		'uid',
	]);
	t.is(Object.keys(show(entry ? [entry] : [])).length, 1);
});
