import {gzipSync} from 'node:zlib';
import test from 'ava';
import {decodeToc, encodeToc} from '../../lib/cache/toc.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import type {TocEntry} from '../../lib/tree/toc.ts';

const plain = {mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 1};
const file: TocEntry = {
	path: 'a/b',
	type: 'file',
	...plain,
	size: 3,
	offset: 512,
	digest: digestOf('abc'),
	body: 'YWJj',
};
const toc: readonly TocEntry[] = [
	{path: '', type: 'directory', ...plain},
	{path: 'a', type: 'directory', ...plain, xattrs: {'user.x': 'AA=='}},
	file,
	{path: 'a/link', type: 'symlink', ...plain, linkname: '../../etc/passwd'},
	{path: 'a/same', type: 'hardlink', ...plain, linkname: 'a/b'},
	{path: 'dev', type: 'char', ...plain, major: 1, minor: 3},
	{path: 'gone', type: 'whiteout', ...plain, mode: 0},
];

function decoded(value: unknown) {
	return decodeToc(gzipSync(JSON.stringify(value)));
}

test('what is written is read, and the same TOC is the same blob', async t => {
	const {bytes, descriptor} = await encodeToc(toc);

	t.deepEqual(await decodeToc(bytes), toc);
	t.is((await encodeToc(toc)).descriptor.digest, descriptor.digest);
});

test('entries are in order, whoever wrote them', async t => {
	t.deepEqual(await decoded(toc.toReversed()), toc);
});

const refused: Readonly<Record<string, object>> = {
	'a path out of the root': {...file, path: '../x'},
	'a path that comes back': {...file, path: 'a/../../x'},
	'an absolute path': {...file, path: '/etc/passwd'},
	'a path that is not in its one form': {...file, path: 'a//b'},
	'a path with a zero byte': {...file, path: 'a\0b'},
	'a hard link out of the root': {...file, type: 'hardlink', linkname: '../x'},
	'a hard link to nowhere': {...file, type: 'hardlink'},
	'a file that is a link too': {...file, linkname: 'a'},
	'a type that there is none of': {...file, type: 'socket'},
	'a mode with more bits': {...file, mode: 0o10000},
	'an owner below zero': {...file, uid: -1},
	'a size that is no number': {...file, size: '3'},
	'a time that is no number': {...file, mtime: 'now'},
	'an offset below zero': {...file, offset: -1},
	'a digest that is none': {...file, digest: 'sha256:../x'},
	'an attribute that images do not have': {...file, xattrs: {'trusted.overlay.opaque': 'eQ=='}},
	'what is not known': {...file, content: {from: 'file', path: '/etc/shadow'}},
};

for (const [name, entry] of Object.entries(refused)) {
	test(`refuses ${name}`, async t => {
		t.is(await decoded([entry]), undefined);
	});
}

test('refuses what is no list, no JSON and no gzip, and what unpacks to too much', async t => {
	t.is(await decoded({}), undefined);
	t.is(await decodeToc(gzipSync('[')), undefined);
	t.is(await decodeToc(Buffer.from('[]')), undefined);
	t.is(await decodeToc(gzipSync(Buffer.alloc(2 ** 28 + 1, ' '))), undefined);
});
