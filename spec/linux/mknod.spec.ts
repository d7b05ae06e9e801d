import {lstatSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {deviceNumber, deviceParts, mknod} from '../../lib/linux/mknod.ts';

const folder = mkdtempSync(join(tmpdir(), 'strata-mknod-'));

test.after.always(() => rmSync(folder, {recursive: true}));

test('a fifo needs no privilege', t => {
	mknod(join(folder, 'fifo'), {type: 'fifo', mode: 0o600});

	t.true(lstatSync(join(folder, 'fifo')).isFIFO());
});

test('an existing path is an error that names it', t => {
	const error = t.throws<NodeJS.ErrnoException>(() => mknod(folder, {type: 'fifo', mode: 0o600}));

	t.is(error.code, 'EEXIST');
	t.is(error.path, folder);
});

test('the whiteout of overlayfs is the character device 0:0', t => {
	mknod(join(folder, 'whiteout'), {type: 'char', mode: 0});

	const stat = lstatSync(join(folder, 'whiteout'));
	t.true(stat.isCharacterDevice());
	t.is(stat.rdev, 0);
});

for (const [major, minor] of [
	[0, 0],
	[1, 3],
	[8, 1],
	[259, 70_000],
	[4095, 1_048_575],
] as const) {
	test(`device ${major}:${minor} survives its number`, t => {
		t.deepEqual(deviceParts(deviceNumber(major, minor)), {major, minor});
	});
}

test('the number of a device is the one that stat answers', t => {
	const {rdev} = lstatSync('/dev/null');

	t.deepEqual(deviceParts(rdev), {major: 1, minor: 3});
	t.is(deviceNumber(1, 3), rdev);
});
