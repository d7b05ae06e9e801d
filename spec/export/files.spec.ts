import {
	chmodSync,
	existsSync,
	mkdirSync,
	readFileSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {StoreError, UsageError} from '../../lib/errors.ts';
import {exportFiles} from '../../lib/export/files-folder.ts';
import {exportFilesTar} from '../../lib/export/files-tar.ts';
import {openStore} from '../../lib/store/open.ts';
import type {Store} from '../../lib/store/store.ts';
import type {Entry} from '../../lib/tree/entry.ts';
import {folderFor} from '../helpers/folder.ts';
import {directory, file, special} from '../helpers/layer.ts';
import {output, testWith} from '../helpers/programs.ts';
import {storeEntries, storeImage, storeIndex} from '../helpers/stored-image.ts';
import {treeOfFolder} from '../helpers/tree-value.ts';

async function setUp(t: ExecutionContext) {
	const folder = await folderFor(t);
	const store = await openStore(join(folder, 'store'));
	t.teardown(() => store[Symbol.asyncDispose]());
	const locked = join(folder, 'out/etc');
	// Who is not root could not remove what is in it.
	t.teardown(() => existsSync(locked) && chmodSync(locked, 0o755));
	return {folder, store, out: join(folder, 'out'), tar: join(folder, 'out.tar')};
}

async function imageOf(store: Store, ...layers: readonly (readonly Entry[])[]) {
	const stored = [];
	for (const entries of layers) stored.push(await storeEntries(store, entries));
	return storeImage(store, {layers: stored});
}

/** Lower layers that upper ones remove from, replace and link to. */
const stack: readonly (readonly Entry[])[] = [
	[
		directory('bin'),
		file('bin/sh', 'shell', {mode: 0o4755, uid: 7, gid: 8}),
		directory('etc', {mode: 0o555}),
		file('etc/old', 'old'),
		file('etc/motd', 'hello', {mtime: 1_000_000_000}),
		directory('var'),
		file('var/gone', 'gone'),
		special('lib', 'symlink', {linkname: 'bin'}),
	],
	[
		special('etc/old', 'whiteout'),
		special('etc/hard', 'hardlink', {linkname: 'etc/motd'}),
		directory('var'),
		special('var', 'opaque'),
		file('var/new', 'new'),
		file('empty'),
		special('pipe', 'fifo', {mode: 0o600}),
		special('null', 'char', {mode: 0o666, major: 1, minor: 3}),
	],
];

const merged = {
	'bin/': '755',
	'bin/sh': '755 shell',
	empty: '644 ',
	'etc/': '555',
	'etc/hard': '644 hello ×2',
	'etc/motd': '644 hello ×2',
	lib: '→ bin',
	pipe: '600 fifo',
	'var/': '755',
	'var/new': '644 new',
};

test('OUT-4: the files of a stack, whiteouts applied, links kept, without setuid bits; a device is named', async t => {
	const {store, out} = await setUp(t);
	const image = await imageOf(store, ...stack);

	const written = await exportFiles(out, image, {store});

	t.deepEqual(treeOfFolder(out), merged);
	t.deepEqual(written, {size: 13, skipped: ['null']});
	t.is(statSync(join(out, 'bin/sh')).uid, process.getuid?.() ?? 0);
	t.is(statSync(join(out, 'etc/motd')).mtimeMs, 1_000_000_000_000);
});

test('OUT-4: mode=copy leaves what is there beside the files, which replace their like', async t => {
	const {store, out} = await setUp(t);
	const image = await imageOf(store, ...stack);
	await exportFiles(out, image, {store});
	chmodSync(join(out, 'etc'), 0o755);
	writeFileSync(join(out, 'etc/mine'), 'mine');
	writeFileSync(join(out, 'empty'), 'no longer');
	chmodSync(join(out, 'etc'), 0o555);

	await exportFiles(out, image, {store, mode: 'copy'});

	t.deepEqual(treeOfFolder(out), {...merged, 'etc/mine': '644 mine'});
});

test('OUT-4: mode=delete leaves the files of the image alone', async t => {
	const {store, out} = await setUp(t);
	const image = await imageOf(store, ...stack);
	mkdirSync(join(out, 'locked/deep'), {recursive: true});
	writeFileSync(join(out, 'locked/deep/file'), '');
	chmodSync(join(out, 'locked/deep'), 0o500);
	writeFileSync(join(out, 'bin'), 'a file where a folder comes');

	await exportFiles(out, image, {store, mode: 'delete'});

	t.deepEqual(treeOfFolder(out), merged);
});

test('mode=delete is refused where it would delete a home, the store, or where one stands', async t => {
	const {store, folder} = await setUp(t);
	const image = await imageOf(store, [file('a', 'a')]);

	for (const dest of ['/', homedir(), '.', '..', store.root, join(store.root, '..')]) {
		const options = {store, mode: 'delete'} as const;
		await t.throwsAsync(exportFiles(dest, image, options), {instanceOf: UsageError, code: 'OUTPUT_DELETES'}, dest);
	}
	t.true(existsSync(join(store.root, 'index.json')));
	mkdirSync(join(folder, 'out/context'), {recursive: true});
	symlinkSync('out/context', join(folder, 'link'));
	const options = {store, mode: 'delete', spare: [join(folder, 'link')]} as const;
	await t.throwsAsync(exportFiles(join(folder, 'out'), image, options), {code: 'OUTPUT_DELETES'});
});

test('a link in the folder leads nowhere outside of it', async t => {
	const {store, folder, out} = await setUp(t);
	const image = await imageOf(store, [directory('up'), file('up/file', 'written')]);
	mkdirSync(join(folder, 'outside'));
	mkdirSync(out);
	symlinkSync('../outside', join(out, 'up'));

	await exportFiles(out, image, {store});

	t.deepEqual(treeOfFolder(join(folder, 'outside')), {});
	t.is(readFileSync(join(out, 'up/file'), 'utf8'), 'written');
});

test('a folder that cannot be is named with its reason', async t => {
	const {store, out} = await setUp(t);
	const image = await imageOf(store, [file('a', 'a')]);
	writeFileSync(out, '');

	const error = await t.throwsAsync(exportFiles(out, image, {store}), {instanceOf: StoreError});

	t.is(error?.message, `cannot write ${out}: it is there, and not a folder`);
});

testWith(['tar'])('OUT-5: the tar has owners, modes, links and devices as the layers have them', async t => {
	const {store, tar} = await setUp(t);

	const size = await exportFilesTar(tar, await imageOf(store, ...stack), {store});

	const listed = output('tar', '--numeric-owner', '--full-time', '-tvf', tar).trim().split('\n');
	const rows = listed.map(line => line.replaceAll(/ +\S+ \d\d:\d\d:\d\d /g, ' ').replaceAll(/ {2,}/g, ' '));
	t.deepEqual(rows, [
		'drwxr-xr-x 0/0 0 bin/',
		'dr-xr-xr-x 0/0 0 etc/',
		'lrwxrwxrwx 0/0 0 lib -> bin',
		'crw-rw-rw- 0/0 1,3 null',
		'prw------- 0/0 0 pipe',
		'drwxr-xr-x 0/0 0 var/',
		'-rwsr-xr-x 7/8 5 bin/sh',
		'-rw-r--r-- 0/0 5 etc/hard',
		'hrw-r--r-- 0/0 0 etc/motd link to etc/hard',
		'-rw-r--r-- 0/0 0 empty',
		'-rw-r--r-- 0/0 3 var/new',
	]);
	t.is(size, statSync(tar).size);
});

test('REP-4: the same image makes the same tar', async t => {
	const {store, tar} = await setUp(t);
	const image = await imageOf(store, ...stack);

	await exportFilesTar(tar, image, {store});
	await exportFilesTar(`${tar}2`, image, {store});

	t.deepEqual(readFileSync(tar), readFileSync(`${tar}2`));
});

/** An image for two platforms, which have a directory in common, and these files. */
async function twoPlatforms(store: Store, ...names: readonly [string, string]) {
	const layer = async (name: string) => [await storeEntries(store, [directory('bin'), file(`bin/${name}`, name)])];
	return storeIndex(store, {
		'linux/amd64': storeImage(store, {layers: await layer(names[0])}),
		'linux/arm64': storeImage(store, {layers: await layer(names[1]), platform: 'linux/arm64'}),
	});
}

test('OUT-4: several platforms share a folder if they are asked to', async t => {
	const {store, out, tar} = await setUp(t);
	const descriptor = await twoPlatforms(store, 'amd', 'arm');

	await exportFiles(out, {descriptor}, {store, mode: 'delete', split: false});
	await exportFilesTar(tar, {descriptor}, {store, split: false});

	const expected = {'bin/': '755', 'bin/amd': '644 amd', 'bin/arm': '644 arm'};
	t.deepEqual(treeOfFolder(out), expected);
	mkdirSync(`${out}2`);
	output('tar', '-xf', tar, '-C', `${out}2`);
	t.deepEqual(treeOfFolder(`${out}2`), expected);
	t.is(output('tar', '-tf', tar), 'bin/\nbin/amd\nbin/arm\n');
});

test('OUT-4: a file that two platforms have cannot be in one folder', async t => {
	const {store, out, tar} = await setUp(t);
	const descriptor = await twoPlatforms(store, 'sh', 'sh');

	for (const work of [
		exportFiles(out, {descriptor}, {store, split: false}),
		exportFilesTar(tar, {descriptor}, {store, split: false}),
	]) {
		const error = await t.throwsAsync(work, {instanceOf: UsageError, code: 'OUTPUT_OVERLAP'});
		t.is(error?.message, 'both linux/amd64 and linux/arm64 have /bin/sh, which can be written once only');
	}
});

test('OUT-4: one platform has a folder if that is asked for', async t => {
	const {store, out} = await setUp(t);
	const layers = [await storeEntries(store, [file('a', 'a')])];

	await exportFiles(out, storeImage(store, {layers, platform: 'linux/arm64/v8'}), {store, split: true});

	t.deepEqual(treeOfFolder(out), {'linux_arm64/': '755', 'linux_arm64/a': '644 a'});
});

test('OUT-4: of several platforms each has a folder', async t => {
	const {store, out, tar} = await setUp(t);
	const layer = async (text: string) => [
		await storeEntries(store, [file('a', text), special('b', 'hardlink', {linkname: 'a'})]),
	];
	const descriptor = storeIndex(store, {
		'linux/amd64': storeImage(store, {layers: await layer('amd64')}),
		'linux/arm64': storeImage(store, {layers: await layer('arm64'), platform: 'linux/arm64'}),
	});

	await exportFiles(out, {descriptor}, {store});
	await exportFilesTar(tar, {descriptor}, {store});

	const expected = {
		'linux_amd64/': '755',
		'linux_amd64/a': '644 amd64 ×2',
		'linux_amd64/b': '644 amd64 ×2',
		'linux_arm64/': '755',
		'linux_arm64/a': '644 arm64 ×2',
		'linux_arm64/b': '644 arm64 ×2',
	};
	t.deepEqual(treeOfFolder(out), expected);
	mkdirSync(`${out}2`);
	output('tar', '-xf', tar, '-C', `${out}2`);
	t.deepEqual(treeOfFolder(`${out}2`), expected);
});

test('a layer that the disk has damaged is an error, and leaves the file that was there', async t => {
	const {store, tar} = await setUp(t);
	const layer = await storeEntries(store, [file('a', Buffer.alloc(5000, 'abc'))]);
	const image = storeImage(store, {layers: [layer]});
	const blob = store.blobs.pathOf(layer.descriptor.digest);
	chmodSync(blob, 0o644);
	truncateSync(blob, 40);
	writeFileSync(tar, 'before');

	await t.throwsAsync(exportFilesTar(tar, image, {store}), {code: 'MALFORMED'});

	t.is(readFileSync(tar, 'utf8'), 'before');
});
