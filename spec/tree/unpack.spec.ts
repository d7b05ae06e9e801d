import test from 'ava';
import {StepError} from '../../lib/errors.ts';
import {type Placement, placeEntries} from '../../lib/tree/place.ts';
import type {Source} from '../../lib/tree/selection.ts';
import type {Tree} from '../../lib/tree/tree.ts';
import {now, type Sample, sampleToc, sampleTree, show} from './sample.ts';

function add(
	archive: Sample,
	{parent = sampleTree(), ...placement}: Partial<Placement> & {parent?: Tree} = {},
): Record<string, string> {
	const source: Source = {kind: 'archive', path: 'a.tar', entries: sampleToc(archive)};
	return show(
		placeEntries({sources: [source], unmatched: []}, {destination: '/', workdir: '/', now, ...placement}, parent),
	);
}

test('entries keep their ids, modes and times; the destination is a directory (ADD-1)', t => {
	t.deepEqual(
		add(
			{'d/': {mode: 0o1777, uid: 3, gid: 4}, 'd/f': {text: 'f', mode: 0o4755, uid: 5, gid: 6}},
			{destination: '/out'},
		),
		{
			'out/': 'now',
			'out/d/': '01777 3:4',
			'out/d/f': 'f 04755 5:6',
		},
	);
});

test('--chown sets the ids of all, --chmod nothing (ADD-1)', t => {
	t.deepEqual(add({f: {text: 'f', uid: 9}}, {destination: 'out/', chown: '100:200', chmod: '600'}), {
		'out/': '100:200 now',
		'out/f': 'f 100:200',
	});
});

test('the root of an archive does not change the destination (W-14)', t => {
	const parent = sampleTree({'srv/': {mode: 0o700, uid: 1, gid: 1}});

	t.deepEqual(add({'/': {mode: 0o777}, './': {mode: 0o777}, f: 'f'}, {destination: '/srv', parent}), {
		'srv/': '0700 1:1',
		'srv/f': 'f',
	});
});

test('directories unite, files and directories replace one another (ADD-1)', t => {
	const parent = sampleTree({'d/': {}, 'd/old': 'o', 'e/': {}, 'e/old': 'o', f: 'f'});

	t.deepEqual(add({'d/': {mode: 0o700}, 'd/new': 'n', e: 'e', 'f/': {}, 'f/g': 'g'}, {parent}), {
		'd/': '0700',
		'd/new': 'n',
		e: 'e',
		'f/': '',
		'f/g': 'g',
	});
});

test('links on the way are followed inside the destination; directories do not replace them', t => {
	const parent = sampleTree({bin: '→ usr/bin', 'usr/': {}, 'usr/bin/': {}, 'mnt/': {}, 'mnt/lib': '→ /usr/lib'});

	t.deepEqual(add({'bin/x': 'x'}, {parent}), {'usr/': '', 'usr/bin/': '', 'usr/bin/x': 'x'});
	t.deepEqual(add({'lib/x': 'x'}, {parent, destination: '/mnt'}), {
		'mnt/': '',
		'mnt/usr/': 'now',
		'mnt/usr/lib/': 'now',
		'mnt/usr/lib/x': 'x',
	});
	t.throws(() => add({'bin/': {}, 'bin/x': 'x'}, {parent}), {
		instanceOf: StepError,
		message: /its directory would replace \/bin, a link to usr\/bin/,
	});
});

test('hard links are links to the first name in order, wherever their targets stand (LAY-6)', t => {
	const parent = sampleTree({old: 'o'});

	t.deepEqual(add({a: '= z', b: '= a', z: 'z'}), {a: 'z', b: '= a', z: '= a'});
	t.deepEqual(
		add({'new': '= old'}, {parent}),
		{new: 'o', old: '= new'},
		'a file of a layer below is written once more',
	);
	t.throws(() => add({a: '= gone'}), {instanceOf: StepError, code: 'ARCHIVE'});
});

for (const name of ['../x', 'a/../../x', '/../x', 'a/../../out/x']) {
	test(`the entry ${name} leads out of the destination, which is an error (W-21)`, t => {
		const entry = {path: name, type: 'file', mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 0} as const;
		const source: Source = {kind: 'archive', path: 'a.tar', entries: [entry]};
		const placement = {destination: '/out', workdir: '/', now};

		t.throws(() => placeEntries({sources: [source], unmatched: []}, placement, sampleTree()), {
			code: 'ARCHIVE_ESCAPES',
		});
	});
}

test('a link in an archive cannot lead its files out of the image (W-21)', t => {
	t.deepEqual(add({evil: '→ ../../../etc', 'evil/passwd': 'x'}, {destination: '/out'}), {
		'out/': 'now',
		'out/etc/': 'now',
		'out/etc/passwd': 'x',
		'out/evil': '→ ../../../etc',
	});
});

test('a whiteout in an archive is refused (W-13)', t => {
	const source: Source = {
		kind: 'archive',
		path: 'a.tar',
		entries: [{path: 'd/.wh.x', type: 'file', mode: 0, uid: 0, gid: 0, size: 0, mtime: 0}],
	};

	t.throws(
		() => placeEntries({sources: [source], unmatched: []}, {destination: '/', workdir: '/', now}, sampleTree()),
		{code: 'WHITEOUT_NAME'},
	);
});

test('a link has the one mode that Linux gives it, whatever the archive says', t => {
	const entries = sampleToc({l: '→ f'}).map(entry => ({...entry, mode: 0o644}));
	const selection = {sources: [{kind: 'archive' as const, path: 'a.tar', entries}], unmatched: []};

	const [link] = placeEntries(selection, {destination: '/', workdir: '/', now}, sampleTree());

	t.is(link?.mode, 0o777);
});
