import test from 'ava';
import {directoryEntries} from '../../lib/tree/directory.ts';
import {now, sampleTree, show} from './sample.ts';

const parent = sampleTree({
	'etc/': {},
	'etc/passwd': 'daemon:x:1:2::/:\n',
	'srv/': {mode: 0o700, uid: 3, gid: 3},
	www: '→ srv',
	f: 'f',
});

for (const [title, path, user, expected] of [
	['a directory that is there stays as it is', '/srv', 'daemon', {}],
	['also behind a link', '/www', '', {}],
	['the root is there', '/', '', {}],
	['missing ones are made, 0755, with those above', '/a/b', '', {'a/': 'now', 'a/b/': 'now'}],
	['they belong to the USER', '/a/b', 'daemon', {'a/': '1:2 now', 'a/b/': '1:2 now'}],
	['a lone id is the group, too', '/a', '1000', {'a/': '1000:1000 now'}],
	['an unknown USER owns nothing yet', '/a', 'ghost', {'a/': 'now'}],
	['links are followed, parents are in the layer', '/www/x', '', {'srv/': '0700 3:3', 'srv/x/': 'now'}],
] as const) {
	test(`${title} (WD-1)`, t => {
		t.deepEqual(show(directoryEntries(path, {user, now}, parent)), expected);
	});
}

test('a WORKDIR below a file is an error', t => {
	t.throws(() => directoryEntries('/f/x', {user: '', now}, parent), {code: 'NOT_A_DIRECTORY'});
});
