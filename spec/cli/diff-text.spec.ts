import test from 'ava';
import {containerLines, diffLines} from '../../lib/cli/diff-text.ts';
import type {ImageDifferences} from '../../lib/index.ts';

const file = {type: 'file', mode: 0o644, uid: 0, gid: 0, size: 1200} as const;
const images = {
	before: {digest: 'sha256:a', id: 'sha256:b'},
	after: {digest: 'sha256:c', id: 'sha256:d'},
} as never as Pick<ImageDifferences, 'before' | 'after'>;

test('two images: a line for each file and each field, and their number', t => {
	const found: ImageDifferences = {
		...images,
		files: [
			{path: 'bin', change: 'added', how: [], after: {...file, type: 'directory', size: 0}},
			{path: 'etc/motd', change: 'changed', how: ['size', 'content'], before: file, after: {...file, size: 1300}},
			{path: 'etc/x\u001B[2J', change: 'removed', how: [], before: file},
			{path: 'run', change: 'changed', how: ['mode', 'owner'], before: file, after: {...file, mode: 0o4755, uid: 7}},
			{path: 'same-size', change: 'changed', how: ['content'], before: file, after: file},
			{
				path: 'sh',
				change: 'changed',
				how: ['link'],
				before: {...file, type: 'symlink', linkname: 'ash'},
				after: {...file, type: 'symlink', linkname: 'bash'},
			},
		],
		config: [
			{field: 'Cmd', before: ['a'], after: ['b', 'c']},
			{field: 'Env.A', before: '1'},
			{field: 'Env.B', after: ''},
			{field: 'User', after: 'app'},
		],
	};

	t.deepEqual(diffLines(found), [
		'A /bin             directory',
		'C /etc/motd        size 1.2 kB → 1.3 kB',
		'D /etc/x\\u001b[2J  1.2 kB',
		'C /run             mode 0644 → 4755, owner 0:0 → 7:0',
		'C /same-size       content',
		'C /sh              link ash → bash',
		'C Cmd              ["a"] → ["b","c"]',
		'D Env.A            1',
		'A Env.B            ""',
		'A User             app',
		'6 files, 4 fields of the config',
	]);
});

test('two images that are the same', t => {
	t.deepEqual(diffLines({...images, files: [], config: []}), ['no difference']);
});

test('a container: the lines of docker diff', t => {
	const changes = [
		{path: '/etc', change: 'changed'},
		{path: '/etc/group', change: 'removed'},
		{path: '/made', change: 'added'},
	] as const;

	t.deepEqual(containerLines(changes), ['C /etc', 'D /etc/group', 'A /made']);
});
