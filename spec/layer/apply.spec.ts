import {execFileSync} from 'node:child_process';
import {existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import {RegistryError, StepError} from '../../lib/errors.ts';
import {type AppliedLayer, type ApplyOptions, applyLayer} from '../../lib/layer/apply.ts';
import {tocOf} from '../../lib/layer/layer-toc.ts';
import {getXattr} from '../../lib/linux/xattr.ts';
import {parseDiffID} from '../../lib/oci/digest.ts';
import {folderFor} from '../helpers/folder.ts';
import {blobOf, packInto} from '../helpers/layer.ts';
import {without} from '../helpers/programs.ts';
import {unless} from '../helpers/skip.ts';
import {type TestMember, tarOf} from '../helpers/tar.ts';
import {type TreeValue, treeOfFolder, treeOfToc} from '../helpers/tree-value.ts';

const isRoot = process.getuid?.() === 0;
const owners = isRoot ? 'keep' : 'single';
const withoutRoot = isRoot ? undefined : 'the specs are not run as root';

interface Applied extends AppliedLayer {
	readonly root: string;
	readonly tree: TreeValue;
}

type Applying = ApplyOptions & {before?: (root: string) => void};

/** Applies a layer to a new folder, in which `before` has made something: alone, and with the help of threads, which must not show. */
async function apply(t: ExecutionContext, members: readonly TestMember[], options: Applying = {}): Promise<Applied> {
	const alone = applyOnce(t, members, {...options, apart: false});
	if (options.whiteouts === 'delete') return alone;
	const [one, other] = await Promise.allSettled([alone, applyOnce(t, members, {...options, apart: true})]);
	if (one.status === 'fulfilled' && other.status === 'fulfilled') {
		const {root: _, ...facts} = one.value;
		t.deepEqual({...other.value, root: undefined}, {...facts, root: undefined}, 'with threads');
	} else if (one.status === 'rejected' && other.status === 'rejected') {
		t.is(textOf(other.reason), textOf(one.reason), 'with threads');
	} else t.is(other.status, one.status, 'with threads');
	return alone;
}

/** An error may name the folder, which is another each time. */
function textOf(error: unknown): string {
	return String(error).replace(/strata-[^/]*\//g, '');
}

async function applyOnce(
	t: ExecutionContext,
	members: readonly TestMember[],
	{before = () => {}, ...options}: Applying,
): Promise<Applied> {
	const folder = await openFolderFor(t);
	const root = join(folder, 'around/root');
	mkdirSync(root, {recursive: true});
	writeFileSync(join(folder, 'around/outside'), 'untouched');
	before(root);
	const applied = await applyLayer(blobOf(folder, tarOf(members)), root, {owners, ...options});
	return {...applied, root, tree: treeOfFolder(root)};
}

test('a layer that is packed, applied and packed again has the same bytes', async t => {
	const folder = await openFolderFor(t);
	const [from, to] = [join(folder, 'from'), join(folder, 'to')];
	mkdirSync(to);
	await applyLayer(blobOf(folder, tarOf(ordinary)), mkdirAt(from), {owners});

	const one = await packInto(folder, {upper: from});
	await applyLayer(one.blob, to, {owners, diffID: one.layer.diffID});
	const other = await packInto(folder, {upper: to});

	t.deepEqual(other.toc, one.toc);
	t.is(other.layer.descriptor.digest, one.layer.descriptor.digest);
});

test('all kinds of entries become what they are', async t => {
	const {tree, toc, implicit, skipped} = await apply(t, ordinary);

	t.deepEqual(tree, {
		'bin/': '755',
		'bin/sudo': '4755 ELF ×2',
		'bin/sh': '→ sudo',
		'bin/su': '4755 ELF ×2',
		'closed/': '555',
		'closed/file': '400 in it',
		gone: 'whiteout',
		'tmp/': '1777 opaque',
		'tmp/pipe': '622 fifo',
	});
	t.is(Object.keys(treeOfToc(toc)).length, 12);
	t.deepEqual(implicit, []);
	t.deepEqual(skipped, ['tmp/null']);
});

const ordinary: readonly TestMember[] = [
	{name: './', type: 'directory'},
	{name: '.wh.gone'},
	{name: 'bin/', type: 'directory', mtime: 1000},
	{name: 'bin/sudo', mode: 0o4755, content: 'ELF', mtime: -7},
	{name: 'bin/sh', type: 'symlink', linkname: 'sudo', mtime: 2000},
	{name: 'bin/su', type: 'hardlink', linkname: 'bin/sudo'},
	{name: 'closed/', type: 'directory', mode: 0o555, mtime: 3000},
	{name: 'closed/file', mode: 0o400, content: 'in it'},
	{name: 'tmp/', type: 'directory', mode: 0o1777},
	{name: 'tmp/.wh..wh..opq'},
	{name: 'tmp/pipe', type: 'fifo', mode: 0o622},
	{name: 'tmp/null', type: 'char'},
];

test('W-5: times are the layer’s, also those of directories, links, and before 1970', async t => {
	const {root} = await apply(t, ordinary);
	const secondsOf = (path: string) => lstatSync(join(root, path)).mtimeMs / 1000;

	t.deepEqual(['bin', 'bin/sudo', 'bin/sh', 'closed'].map(secondsOf), [1000, -7, 2000, 3000]);
});

unless(withoutRoot)('CPY-17: owners are kept, and neither setuid bits nor capabilities get lost over them', async t => {
	const capability = Buffer.from('0100000280000000000000000000000000000000', 'hex');
	const xattrs = {'security.capability': capability, 'user.overlay.opaque': Buffer.from('y')};

	const {root} = await apply(t, [{name: 'ping', mode: 0o6755, uid: 7, gid: 8, xattrs}]);

	const {uid, gid, mode} = lstatSync(join(root, 'ping'));
	t.deepEqual([uid, gid, mode & 0o7777], [7, 8, 0o6755]);
	t.deepEqual(getXattr(join(root, 'ping'), 'security.capability'), capability);
	t.is(getXattr(join(root, 'ping'), 'user.overlay.opaque'), undefined);
});

test('in single-id mode no owner is changed, and the TOC has the true ones', async t => {
	const {root, toc} = await apply(t, [{name: 'file', uid: 70_000, gid: 70_000}], {owners: 'single'});

	t.is(lstatSync(join(root, 'file')).uid, process.getuid?.() ?? -1);
	t.is(toc[0]?.uid, 70_000);
});

test('parents that the layer does not have are made and told', async t => {
	const {implicit, tree} = await apply(t, [
		{name: 'a/b/file'},
		{name: 'a/.wh.gone'},
		{name: 'c/d/file'},
		{name: 'c/', type: 'directory', mode: 0o700},
	]);

	t.deepEqual(implicit, ['a', 'a/b', 'c/d']);
	t.is(tree['c/'], '700');
});

test('a path that comes twice is what it was last', async t => {
	const {tree, toc} = await apply(t, [
		{name: 'a', content: 'first'},
		{name: 'a', content: 'second'},
		{name: 'dir/', type: 'directory'},
		{name: 'dir/file'},
		{name: 'dir', type: 'symlink', linkname: 'a'},
		{name: 'link', type: 'symlink', linkname: 'a'},
		{name: 'link/', type: 'directory'},
	]);

	t.deepEqual(tree, {a: '644 second', dir: '→ a', 'link/': '755'});
	t.deepEqual(treeOfToc(toc), {a: '644 6', dir: '→ a', 'link/': '755'});
});

test('a whiteout beside a directory of the same layer makes it opaque, on either side', async t => {
	const {tree, toc} = await apply(t, [
		{name: '.wh.before'},
		{name: 'before/', type: 'directory'},
		{name: 'after/', type: 'directory'},
		{name: '.wh.after'},
		{name: '.wh.below'},
		{name: 'below/file'},
		{name: 'file'},
		{name: '.wh.file'},
	]);

	t.deepEqual(tree, {
		'after/': '755 opaque',
		'before/': '755 opaque',
		'below/': '755 opaque',
		'below/file': '644 ',
		file: '644 ',
	});
	t.is(treeOfToc(toc)['before/*'], 'opaque');
});

test('a link in the layer is followed where it stays inside, as if the folder were /', async t => {
	const {tree} = await apply(t, [
		{name: 'usr/bin/', type: 'directory'},
		{name: 'bin', type: 'symlink', linkname: 'usr/bin'},
		{name: 'sbin', type: 'symlink', linkname: '/usr/sbin/../bin'},
		{name: 'usr/sbin/', type: 'directory'},
		{name: 'bin/one', content: '1'},
		{name: 'sbin/two', content: '2'},
		{name: 'three', type: 'hardlink', linkname: 'bin/one'},
	]);

	t.is(tree['usr/bin/one'], '644 1 ×2');
	t.is(tree['usr/bin/two'], '644 2');
});

test('names that are no UTF-8 come out as the bytes they are', async t => {
	const {root} = await apply(t, [{name: Buffer.of(0xe9, 0x2f, 0xff), content: 'x'}]);

	t.deepEqual(readdirSync(root, 'buffer'), [Buffer.of(0xe9)]);
	t.is(readFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.of(0xe9, 0x2f, 0xff)]), 'utf8'), 'x');
});

test('bookkeeping of aufs is passed over', async t => {
	const {tree} = await apply(t, [
		{name: '.wh..wh.aufs'},
		{name: '.wh..wh.plnk/', type: 'directory'},
		{name: '.wh..wh.plnk/123.456', content: 'x'},
		{name: 'file'},
	]);

	t.deepEqual(tree, {file: '644 '});
});

const lower = (root: string) => {
	mkdirSync(join(root, 'etc/old/deep'), {recursive: true});
	mkdirSync(join(root, 'var/cache'), {recursive: true});
	for (const path of ['etc/hosts', 'etc/old/deep/file', 'var/cache/a', 'var/keep'])
		writeFileSync(join(root, path), path);
	symlinkSync('var', join(root, 'data'));
};

test('on top of a full tree, what is marked is deleted, and what the layer brings is spared', async t => {
	const {tree} = await apply(
		t,
		[
			{name: 'etc/.wh.hosts'},
			{name: 'etc/.wh.old'},
			{name: 'missing/.wh.file'},
			{name: 'var/cache/new/file', content: 'new'},
			{name: 'var/cache/.wh..wh..opq'},
			{name: 'data/through', content: 'a link below'},
		],
		{whiteouts: 'delete', before: lower},
	);

	t.deepEqual(tree, {
		data: '→ var',
		'etc/': '755',
		'var/': '755',
		'var/cache/': '755',
		'var/cache/new/': '755',
		'var/cache/new/file': '644 new',
		'var/keep': '644 var/keep',
		'var/through': '644 a link below',
	});
});

/** Layers that must be refused, and what is said of them. */
const hostile: Readonly<Record<string, readonly [readonly TestMember[], string]>> = {
	'a name that climbs': [[{name: '../../x'}], 'entry "../../x" leaves the root'],
	'a name that climbs back': [[{name: 'a/../../around/root/x'}], 'entry "a/../../around/root/x" leaves the root'],
	'a name that climbs, within the root': [[{name: 'a/../b'}], 'entry "a/../b" leaves the root'],
	'an absolute name': [[{name: '/etc/passwd'}], 'entry "/etc/passwd" leaves the root'],
	'a directory that is the parent': [[{name: '..', type: 'directory', mode: 0}], 'entry ".." leaves the root'],
	'a file through a link that climbs': [
		[{name: 'out', type: 'symlink', linkname: '..'}, {name: 'out/outside'}],
		'entry "out/outside" leaves the root',
	],
	'a file through a chain of links that climbs': [
		[
			{name: 'a/', type: 'directory'},
			{name: 'a/one', type: 'symlink', linkname: '../two'},
			{name: 'two', type: 'symlink', linkname: 'a/../..'},
			{name: 'a/one/outside'},
		],
		'entry "a/one/outside" leaves the root',
	],
	'a directory through a link that climbs': [
		[
			{name: 'out', type: 'symlink', linkname: '../..'},
			{name: 'out/new/', type: 'directory'},
		],
		'entry "out/new" leaves the root',
	],
	'a whiteout through a link that climbs': [
		[{name: 'out', type: 'symlink', linkname: '..'}, {name: 'out/.wh.outside'}],
		'entry "out/outside" leaves the root',
	],
	'an opaque mark through a link that climbs': [
		[{name: 'out', type: 'symlink', linkname: '..'}, {name: 'out/.wh..wh..opq'}],
		'entry "out" leaves the root',
	],
	'a hard link to a name that climbs': [
		[{name: 'x', type: 'hardlink', linkname: '../outside'}],
		'entry "../outside" leaves the root',
	],
	'a hard link to an absolute name': [
		[{name: 'x', type: 'hardlink', linkname: '/etc/passwd'}],
		'entry "/etc/passwd" leaves the root',
	],
	'a hard link through a link that climbs': [
		[
			{name: 'out', type: 'symlink', linkname: '..'},
			{name: 'x', type: 'hardlink', linkname: 'out/outside'},
		],
		'entry "x" leaves the root',
	],
	'a hard link to nothing': [
		[{name: 'x', type: 'hardlink', linkname: 'y'}],
		'entry "x" is a hard link to "y", which the layer does not have before it',
	],
	'a loop of links': [
		[{name: 'a', type: 'symlink', linkname: 'b'}, {name: 'b', type: 'symlink', linkname: 'a'}, {name: 'a/x'}],
		'entry "a/x" lies behind a loop of links',
	],
	'a file below a file': [[{name: 'a'}, {name: 'a/x'}], 'entry "a/x" lies below "a", which is no directory'],
	'a whiteout of nothing': [[{name: 'a/.wh.'}], 'entry "a/.wh." is a whiteout of ""'],
	'a whiteout of the parent': [[{name: 'a/.wh...'}], 'entry "a/.wh..." is a whiteout of ".."'],
	'a whiteout of the directory itself': [[{name: '.wh..'}], 'entry ".wh.." is a whiteout of "."'],
	'a file below a whiteout': [[{name: '.wh.a/b'}], 'entry ".wh.a/b" lies below a whiteout'],
	'a root that is a file': [[{name: './.'}], 'entry "./" is no directory'],
	'a name with a zero byte': [
		[{name: `${'long/'.repeat(60)}\0x`}],
		`entry ${JSON.stringify(`${'long/'.repeat(60)}\0x`)} has a zero byte in its name`,
	],
};

for (const whiteouts of ['overlay', 'delete'] as const) {
	for (const [what, [members, reason]] of Object.entries(hostile)) {
		test(`W-21: ${what} is refused, and nothing outside is touched (${whiteouts})`, async t => {
			let outside = '';

			const error = await t.throwsAsync(
				apply(t, members, {
					whiteouts,
					before: root => {
						outside = join(root, '..');
					},
				}),
				{instanceOf: StepError},
			);

			t.true(error.message.endsWith(`: ${reason}`), error.message);
			t.deepEqual(readdirSync(outside).sort(), ['outside', 'root']);
			t.is(readFileSync(join(outside, 'outside'), 'utf8'), 'untouched');
		});
	}
}

const inNamesAlone = [
	'a name that climbs',
	'an absolute name',
	'a hard link to an absolute name',
	'a whiteout of the parent',
	'a file below a whiteout',
];

for (const what of inNamesAlone) {
	test(`W-21: the TOC of a layer with ${what} is refused too`, async t => {
		const [members, reason] = hostile[what] ?? [[], ''];
		const blob = blobOf(await openFolderFor(t), tarOf(members));

		const error = await t.throwsAsync(tocOf(blob), {instanceOf: StepError});

		t.is(error.message, `cannot read ${blob}: ${reason}`);
	});
}

test('the TOC of a layer is not made to the end once it is stopped', async t => {
	const [members] = hostile['a name that climbs'] ?? [[]];
	const blob = blobOf(await openFolderFor(t), tarOf(members));

	await t.throwsAsync(tocOf(blob, undefined, AbortSignal.abort(new Error('enough'))), {message: 'enough'});
});

test('a layer of another diffID is refused', async t => {
	const diffID = parseDiffID(`sha256:${'0'.repeat(64)}`);

	const error = await t.throwsAsync(apply(t, ordinary, diffID && {diffID}), {instanceOf: RegistryError});

	t.is(error.message, 'a layer is not what its config says; nothing of it was kept');
});

for (const [what, bytes] of Object.entries({
	'a tar that ends in a content': tarOf([{name: 'a', content: 'x'.repeat(2000)}]).subarray(0, 1500),
	'a tar that ends in a header': tarOf([{name: 'a'}]).subarray(0, 100),
	'a gzip that ends early': gzipSync(tarOf(ordinary)).subarray(0, -30),
})) {
	test(`${what} is refused`, async t => {
		const folder = await openFolderFor(t);
		const blob = blobOf(folder, bytes);

		for (const apart of [false, true]) {
			const root = mkdirAt(join(folder, `root ${apart}`));
			const error = await t.throwsAsync(applyLayer(blob, root, {owners, apart}), {instanceOf: StepError});

			t.is(error.message, `cannot read ${blob}: it ends too early`);
		}
	});
}

const implied: Readonly<Record<string, readonly TestMember[]>> = {
	'for a whiteout': [{name: 'a/b/.wh.c'}, {name: 'a/b', content: 'file'}],
	'for an opaque mark': [{name: 'a/.wh..wh..opq'}, {name: 'a', content: 'file'}],
	'where a whiteout was': [{name: 'a/.wh.b'}, {name: 'a/b/c'}, {name: 'a', content: 'file'}],
	'behind a link': [{name: 'l', type: 'symlink', linkname: 'x/../y'}, {name: 'l/f'}, {name: 'x', content: 'file'}],
};

for (const [where, members] of Object.entries(implied)) {
	test(`a file replaces a directory that was made ${where}`, async t => {
		const {toc} = await apply(t, members);

		t.true(toc.some(({type, size}) => type === 'file' && size === 4));
	});
}

for (const size of ['1.5', '-5', '9007199254740993']) {
	test(`a file of ${size} bytes is refused`, async t => {
		const folder = await openFolderFor(t);
		const record = `size=${size}\n`;
		const length = record.length + 3 + (record.length + 3 > 99 ? 1 : 0);
		const pax = Buffer.from(`${length} ${record}`);
		const [head] = [tarOf([{name: 'pax', content: pax}]).subarray(0, 1024)];
		head.write('x', 156, 'latin1');
		head.write('        ', 148, 'latin1');
		const sum = head.subarray(0, 512).reduce((total, byte) => total + byte, 0);
		head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
		const blob = blobOf(folder, Buffer.concat([head, tarOf([{name: 'f', content: 'content'}])]));

		const error = await t.throwsAsync(applyLayer(blob, mkdirAt(join(folder, 'root')), {owners}));

		t.is(error?.message, `cannot read ${blob}: "f" has no size`);
	});
}

test('a layer of many files is the same with the help of threads', async t => {
	const folder = await openFolderFor(t);
	const members = Array.from({length: 3000}, (_, index) => ({
		name: `d${index % 7}/${index}`,
		content: index % 500 === 3 ? 'large '.repeat(70_000) : `${index} `.repeat(index),
		mode: index % 2 ? 0o644 : 0o4711,
		mtime: index,
	}));
	const links = [{name: 'd1/link', type: 'hardlink', linkname: 'd1/2997'}] as const;
	const again = [{name: 'd2/9', content: 'written twice'}];
	const blob = blobOf(folder, tarOf([...members, ...links, ...again]));

	const [one, other] = [mkdirAt(join(folder, 'one')), mkdirAt(join(folder, 'other'))];
	const alone = await applyLayer(blob, one, {owners, apart: false});
	const helped = await applyLayer(blob, other, {owners, apart: true});

	t.deepEqual(helped, alone);
	t.deepEqual(treeOfFolder(other), treeOfFolder(one));
	t.is(lstatSync(join(other, 'd1/link')).ino, lstatSync(join(other, 'd1/2997')).ino);
	t.is(readFileSync(join(other, 'd2/9'), 'utf8'), 'written twice');
});

test('what the thread cannot write is an error here, and nothing is written after it', async t => {
	const folder = await openFolderFor(t);
	const members = Array.from({length: 200}, (_, index) => ({name: `${index}`, content: 'content'}));
	const blob = blobOf(folder, tarOf([...members.slice(0, 100), {name: 'n'.repeat(300)}, ...members.slice(100)]));
	const root = mkdirAt(join(folder, 'root'));

	const error = await t.throwsAsync(applyLayer(blob, root, {owners, apart: true}));

	t.is((error as NodeJS.ErrnoException).code, 'ENAMETOOLONG');
	const left = readdirSync(root).length;
	await new Promise(resolve => setTimeout(resolve, 50));
	t.is(readdirSync(root).length, left);
});

test('layers that are applied at the same time do not meet in the threads', async t => {
	const folder = await openFolderFor(t);
	const layers = Array.from({length: 6}, (_, layer) => {
		const place = mkdirAt(join(folder, `${layer}`));
		const members = Array.from({length: 300}, (_, index) => ({name: `${index}`, content: `${layer} ${index}`}));
		return {place, blob: blobOf(place, layer === 3 ? tarOf(members).subarray(0, 2000) : tarOf(members))};
	});

	const ends = await Promise.allSettled(
		layers.map(({place, blob}) => applyLayer(blob, mkdirAt(join(place, 'root')), {owners, apart: true})),
	);

	t.deepEqual(
		ends.map(({status}) => status),
		layers.map((_, layer) => (layer === 3 ? 'rejected' : 'fulfilled')),
	);
	for (const [layer, {place}] of layers.entries()) {
		if (layer !== 3) t.is(readFileSync(join(place, 'root/299'), 'utf8'), `${layer} 299`);
	}
});

test('an abort stops it', async t => {
	const stop = new Error('stop');

	await t.throwsAsync(apply(t, ordinary, {signal: AbortSignal.abort(stop)}), {is: stop});
});

for (const format of ['gnu', 'pax', 'posix', 'ustar', 'v7', 'oldgnu']) {
	unless(without('tar'))(`a layer that GNU tar wrote as ${format} is read`, async t => {
		const folder = await openFolderFor(t);
		const root = mkdirAt(join(folder, 'root'));
		const deep = format === 'v7' ? 'deep' : `${'deep/'.repeat(14)}end`;
		mkdirSync(join(folder, 'from', deep), {recursive: true});
		writeFileSync(join(folder, 'from', deep, 'file'), 'content');
		const long = ['gnu', 'pax', 'posix'].includes(format) ? `${'n'.repeat(200)}é` : 'short';
		writeFileSync(join(folder, 'from', long), 'long');
		const blob = join(folder, 'layer.tar');

		execFileSync('tar', ['-C', join(folder, 'from'), `--format=${format}`, '-cf', blob, '.']);
		await applyLayer(blob, root, {owners: 'single'});

		t.is(readFileSync(join(root, deep, 'file'), 'utf8'), 'content');
		t.true(existsSync(join(root, long)));
	});
}

function mkdirAt(path: string): string {
	mkdirSync(path, {recursive: true});
	return path;
}

/** Like `folderFor`, for a test that makes directories which their owner may not change. */
async function openFolderFor(t: ExecutionContext): Promise<string> {
	const folder = await folderFor(t);
	t.teardown(() => execFileSync('chmod', ['-R', 'u+rwX', folder]));
	return folder;
}
