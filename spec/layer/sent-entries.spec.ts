import test from 'ava';
import {receiveEntries, sendEntries} from '../../lib/layer/sent-entries.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import type {Entry} from '../../lib/tree/entry.ts';
import {directory, file, special} from '../helpers/layer.ts';

const content = (path: string) => ({from: 'file', path, state: `state of ${path}`}) as const;

function known(path: string, rest: Partial<Entry> = {}): Entry {
	return file(path, path, {
		digest: digestOf(path),
		content: content(`/context/${path}`),
		mode: 0o640,
		mtime: 77,
		...rest,
	});
}

test('what is sent arrives, whatever there is to say of it', t => {
	const entries = [
		known('a'),
		known('b \udcff\n"', {uid: 1000, gid: 2 ** 31, size: 2 ** 40, mode: 0o4755, mtime: -1}),
		known('xattrs', {xattrs: {'user.a': 'YQ=='}}),
		known('no digest', {content: {from: 'file', path: '/no'}}),
		known('piece', {content: {from: 'file', path: '/spool', offset: 7}}),
		file('at hand', 'bytes'),
		directory('d'),
		special('link', 'symlink', {linkname: 'a'}),
		special('node', 'char', {major: 1, minor: 3}),
		special('gone', 'whiteout'),
	];

	const received = receiveEntries(structuredClone(sendEntries(entries)));

	const byPath = (one: Entry, other: Entry) => (one.path < other.path ? -1 : 1);
	// a Buffer comes as the Uint8Array that it is
	const plain = (entry: Entry) => (entry.content?.from === 'bytes' ? {...entry, content: undefined} : entry);
	t.deepEqual(received.sort(byPath).map(plain), entries.sort(byPath).map(plain));
	t.deepEqual(received.find(({path}) => path === 'at hand')?.content, {
		from: 'bytes',
		data: Uint8Array.from(Buffer.from('bytes')),
	});
});

test('files of a context need no objects on their way; of no entries nothing arrives', t => {
	const {files, others} = sendEntries([known('a'), known('b')]);

	t.deepEqual(others, []);
	t.is(files.count, 2);
	t.deepEqual(receiveEntries(sendEntries([])), []);
});
