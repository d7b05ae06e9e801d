import {mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {getXattr, imageXattrs, isImageXattr, listXattrNames, listXattrs, setXattr} from '../../lib/linux/xattr.ts';

const folder = mkdtempSync(join(tmpdir(), 'strata-xattr-'));

test.after.always(() => rmSync(folder, {recursive: true}));

function file(name: string): string {
	const path = join(folder, name);
	writeFileSync(path, '');
	return path;
}

test('a value is read as it was set, whatever its bytes', t => {
	const path = file('bytes');
	const value = Buffer.from([0, 0xff, 0x80, 10]);

	setXattr(path, 'user.bytes', value);

	t.deepEqual(getXattr(path, 'user.bytes'), value);
	t.deepEqual(listXattrs(path), {'user.bytes': value});
});

test('a file without attributes has none, and asking for one is no error', t => {
	const path = file('none');

	t.deepEqual(listXattrNames(path), []);
	t.is(getXattr(path, 'user.none'), undefined);
	t.is(imageXattrs(path), undefined);
});

test('what is asked of a link is answered for the link, not for its target', t => {
	const target = file('target');
	setXattr(target, 'user.of', Buffer.from('target'));
	symlinkSync(target, join(folder, 'link'));

	t.deepEqual(listXattrNames(join(folder, 'link')), []);
});

test('a path that is not UTF-8 can be given as bytes', t => {
	const path = Buffer.concat([Buffer.from(`${folder}/`), Buffer.of(0xe9)]);
	writeFileSync(path, '');

	setXattr(path, 'user.a', Buffer.from('1'));

	t.deepEqual(imageXattrs(path), {'user.a': 'MQ=='});
});

test('LAY-7: an image carries capabilities and user.*, not what overlayfs or SELinux keep', t => {
	const names = ['security.capability', 'user.x', 'user.overlay.opaque', 'trusted.overlay.opaque', 'security.selinux'];

	t.deepEqual(names.filter(isImageXattr), ['security.capability', 'user.x']);
});

test('LAY-7: attributes of an image are sorted by name', t => {
	const path = file('sorted');
	setXattr(path, 'user.overlay.origin', Buffer.from('o'));
	setXattr(path, 'user.b', Buffer.from('b'));
	setXattr(path, 'user.a', Buffer.from('a'));

	t.deepEqual(Object.entries(imageXattrs(path) ?? {}), [
		['user.a', 'YQ=='],
		['user.b', 'Yg=='],
	]);
});

test('a missing file is an error that names it', t => {
	const error = t.throws<NodeJS.ErrnoException>(() => listXattrs(join(folder, 'missing')));

	t.is(error.code, 'ENOENT');
	t.regex(error.message, /missing/);
});
