import {linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import test from 'ava';
import {MachineError} from '../../lib/errors.ts';
import {overlayChanges} from '../../lib/layer/overlay-changes.ts';
import {mknod} from '../../lib/linux/mknod.ts';
import {setXattr} from '../../lib/linux/xattr.ts';
import {encodeName} from '../../lib/tree/name.ts';
import {folderFor} from '../helpers/folder.ts';
import {packInto} from '../helpers/layer.ts';

test('a folder is walked in the order of its bytes, its root left out', async t => {
	const upper = await folderFor(t);
	mkdirSync(join(upper, 'b'), {mode: 0o750});
	writeFileSync(join(upper, 'b/c'), 'content', {mode: 0o640});
	writeFileSync(join(upper, 'b-c'), '');
	symlinkSync('../nowhere', join(upper, 'a'));
	utimesSync(join(upper, 'b/c'), 7.9, 7.9);

	const entries = overlayChanges(upper);

	t.deepEqual(
		entries.map(({path, type}) => [path, type]),
		[
			['a', 'symlink'],
			['b', 'directory'],
			['b-c', 'file'],
			['b/c', 'file'],
		],
	);
	t.is(entries[0]?.linkname, '../nowhere');
	t.is(entries[1]?.mode, 0o750);
	t.like(entries[3], {mode: 0o640, size: 7, mtime: 7, content: {from: 'file', path: join(upper, 'b/c')}});
});

test('LAY-3: a character device 0:0 is a whiteout, and each of several is one', async t => {
	const upper = await folderFor(t);
	mknod(join(upper, 'gone'), {type: 'char', mode: 0});
	linkSync(join(upper, 'gone'), join(upper, 'too'));

	t.deepEqual(
		overlayChanges(upper).map(({path, type}) => [path, type]),
		[
			['gone', 'whiteout'],
			['too', 'whiteout'],
		],
	);
});

test('LAY-3, LAY-4, W-30: an opaque directory is one in the layer, and has no attribute of overlayfs', async t => {
	const upper = await folderFor(t);
	mkdirSync(join(upper, 'fresh'));
	mkdirSync(join(upper, 'merged'));
	setXattr(join(upper, 'fresh'), 'user.overlay.opaque', Buffer.from('y'));
	setXattr(join(upper, 'fresh'), 'user.overlay.origin', Buffer.of(0));
	setXattr(join(upper, 'merged'), 'user.overlay.impure', Buffer.from('y'));
	setXattr(join(upper, 'merged'), 'user.kept', Buffer.from('k'));

	const entries = overlayChanges(upper);

	t.deepEqual(
		entries.map(({path, type, xattrs}) => [path, type, xattrs]),
		[
			['fresh', 'directory', undefined],
			['fresh', 'opaque', undefined],
			['merged', 'directory', {'user.kept': 'aw=='}],
		],
	);
});

test('LAY-3: an upper folder that only points at content is not packed', async t => {
	const upper = await folderFor(t);
	writeFileSync(join(upper, 'file'), '');
	setXattr(join(upper, 'file'), 'user.overlay.metacopy', Buffer.alloc(0));

	t.throws(() => overlayChanges(upper), {instanceOf: MachineError, message: /has user.overlay.metacopy$/});
});

test('LAY-6: the first of several names is the file, the others link to it', async t => {
	const upper = await folderFor(t);
	mkdirSync(join(upper, 'a'));
	writeFileSync(join(upper, 'z'), 'content');
	linkSync(join(upper, 'z'), join(upper, 'a/b'));
	linkSync(join(upper, 'z'), join(upper, 'm'));

	t.deepEqual(
		overlayChanges(upper).map(({path, type, linkname, size}) => [path, type, linkname, size]),
		[
			['a', 'directory', undefined, 0],
			['a/b', 'file', undefined, 7],
			['m', 'hardlink', 'a/b', 0],
			['z', 'hardlink', 'a/b', 0],
		],
	);
});

test('a file whose first name is left out is in the layer under the next', async t => {
	const upper = await folderFor(t);
	mkdirSync(join(upper, 'data'));
	writeFileSync(join(upper, 'data/f'), 'content');
	linkSync(join(upper, 'data/f'), join(upper, 'm'));
	linkSync(join(upper, 'data/f'), join(upper, 'z'));

	t.deepEqual(
		overlayChanges(upper, ({path}) => path !== 'data/f').map(({path, type, linkname, size}) => [
			path,
			type,
			linkname,
			size,
		]),
		[
			['data', 'directory', undefined, 0],
			['m', 'file', undefined, 7],
			['z', 'hardlink', 'm', 0],
		],
	);
});

test('LAY-1: sockets are left out, fifos are kept', async t => {
	const upper = await folderFor(t);
	mknod(join(upper, 'pipe'), {type: 'fifo', mode: 0o600});
	const server = createServer().listen(join(upper, 'socket'));
	t.teardown(() => server.close());

	t.deepEqual(
		overlayChanges(upper).map(({path, type, mode}) => [path, type, mode]),
		[['pipe', 'fifo', 0o600]],
	);
});

test('names that are no UTF-8 are packed as the bytes they are', async t => {
	const folder = await folderFor(t);
	const upper = join(folder, 'upper');
	const latin = Buffer.concat([Buffer.from(`${upper}/`), Buffer.of(0xe9)]);
	mkdirSync(upper);
	mkdirSync(latin);
	writeFileSync(Buffer.concat([latin, Buffer.from('/'), Buffer.of(0xff)]), 'bytes');

	const {toc} = await packInto(folder, {upper});

	t.deepEqual(
		toc.map(({path}) => [...encodeName(path)]),
		[[0xe9], [0xe9, 0x2f, 0xff]],
	);
});
