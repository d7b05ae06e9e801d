import {
	appendFileSync,
	lstatSync,
	readFileSync,
	rmSync,
	symlinkSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {gunzipSync} from 'node:zlib';
import test from 'ava';
import {
	array,
	assert,
	asyncProperty,
	constantFrom,
	integer,
	nat,
	record,
	string,
	uint8Array,
	uniqueArray,
} from 'fast-check';
import {extract} from 'tar-stream';
import {StepError} from '../../lib/errors.ts';
import {openLayer} from '../../lib/layer/decompress.ts';
import type {BlockRecord} from '../../lib/layer/known-blocks.ts';
import {tocOf} from '../../lib/layer/layer-toc.ts';
import {readTar} from '../../lib/layer/read-tar.ts';
import {fileState} from '../../lib/linux/file-state.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import type {Entry} from '../../lib/tree/entry.ts';
import {decodeName} from '../../lib/tree/name.ts';
import {compareBytes} from '../../lib/tree/paths.ts';
import type {TocEntry} from '../../lib/tree/toc.ts';
import {folderFor} from '../helpers/folder.ts';
import {directory, file, packInto, special} from '../helpers/layer.ts';
import {output, without} from '../helpers/programs.ts';
import {unless} from '../helpers/skip.ts';
import {treeOfToc} from '../helpers/tree-value.ts';

const capability = Buffer.from('0100000280000000000000000000000000000000', 'hex').toString('base64');

const everything: readonly Entry[] = [
	directory('bin'),
	file('bin/busybox', 'ELF', {mode: 0o4755, xattrs: {'security.capability': capability, 'user.note': 'AP8='}}),
	special('bin/sh', 'symlink', {linkname: 'busybox'}),
	special('bin/ls', 'hardlink', {linkname: 'bin/busybox', mode: 0o4755}),
	directory('tmp', {mode: 0o1777, uid: 70_000, gid: 4_000_000}),
	special('tmp/pipe', 'fifo', {mode: 0o600}),
	special('tmp/gone', 'whiteout'),
	special('tmp/null', 'char', {mode: 0o666, major: 1, minor: 3}),
	special('tmp', 'opaque'),
	file(`tmp/${'long/'.repeat(60)}name`, 'x'),
	file('tmp/é', 'umlaut', {mtime: -5}),
];

for (const count of [0, 1, 1000, 1001, 2500]) {
	test(`the table of contents of ${count} entries is whole`, async t => {
		const paths = Array.from({length: count}, (_, index) => `d${String(index).padStart(4, '0')}`);

		const {toc} = await packInto(await folderFor(t), {entries: paths.map(path => directory(path))});

		t.deepEqual(
			toc.map(({path}) => path),
			paths,
		);
	});
}

test('a TOC read from the blob is the one that packing wrote', async t => {
	const packed = await packInto(await folderFor(t), {entries: everything});

	const {toc, diffID} = await tocOf(packed.blob, packed.layer.diffID);

	t.deepEqual(toc, packed.toc);
	t.is(diffID, packed.layer.diffID);
	t.deepEqual(treeOfToc(toc), {
		'bin/': '755',
		'bin/busybox': '4755 3',
		'bin/ls': '= bin/busybox',
		'bin/sh': '→ busybox',
		'tmp/': '1777 70000:4000000',
		'tmp/*': 'opaque',
		'tmp/gone': 'whiteout',
		[`tmp/${'long/'.repeat(60)}name`]: '644 1',
		'tmp/null': '666 char',
		'tmp/pipe': '600 fifo',
		'tmp/é': '644 6',
	});
});

test('the descriptor is that of the blob, and the offsets lead to the contents', async t => {
	const packed = await packInto(await folderFor(t), {entries: everything});

	const blob = readFileSync(packed.blob);
	const tar = gunzipSync(blob);
	const contents = packed.toc
		.filter(({type}) => type === 'file')
		.map(({offset = 0, size, digest}) => digestOf(tar.subarray(offset, offset + size)) === digest);

	t.is(packed.layer.descriptor.digest, digestOf(blob));
	t.is(packed.layer.descriptor.size, blob.length);
	t.is<string, string>(packed.layer.diffID, digestOf(tar));
	t.deepEqual(contents, [true, true, true]);
	t.is(packed.unpacked, 'ELF'.length + 'x'.length + 'umlaut'.length);
	t.is(packed.files, 4);
});

test('the same entries give the same bytes, in whatever order and on however many threads', async t => {
	const folder = await folderFor(t);
	const big = file('big', Buffer.alloc(3_000_000, 'strata'));

	const one = await packInto(folder, {entries: [...everything, big]}, {concurrency: 1});
	const other = await packInto(folder, {entries: [big, ...everything].reverse()}, {concurrency: 9});

	t.is(one.layer.descriptor.digest, other.layer.descriptor.digest);
	t.deepEqual(one.toc, other.toc);
});

const name = string({minLength: 1, maxLength: 70, unit: 'grapheme'}).filter(text => !/[/\0\ufffd]|^\./.test(text));

const anyFile = record({
	path: array(name, {minLength: 1, maxLength: 4}).map(names => names.join('/')),
	mode: integer({min: 0, max: 0o7777}),
	uid: nat(4_294_967_294),
	gid: constantFrom(0, 1000, 2_097_151, 2_097_152),
	mtime: integer({min: -(2 ** 33), max: 2 ** 34}),
	content: uint8Array({maxLength: 1200}),
	value: uint8Array({maxLength: 30}),
}).map(({path, content, value, ...rest}) => {
	const xattrs = {'user.value': Buffer.from(value).toString('base64')};
	return file(path, Buffer.from(content), {...rest, xattrs});
});

test('what a layer says of a path survives packing, whatever it is', async t => {
	const folder = await folderFor(t);
	const said = ({path, mode, uid, gid, size, mtime, xattrs}: TocEntry) => [path, mode, uid, gid, size, mtime, xattrs];

	await assert(
		asyncProperty(uniqueArray(anyFile, {selector: ({path}) => path, maxLength: 6}), async entries => {
			const packed = await packInto(folder, {entries});

			const {toc} = await tocOf(packed.blob, packed.layer.diffID);

			t.deepEqual(toc, packed.toc);
			t.deepEqual(toc.map(said), entries.toSorted((one, other) => compareBytes(one.path, other.path)).map(said));
		}),
		{numRuns: 60},
	);
});

test('LAY-2: entries are sorted, and in each directory whiteouts come first', async t => {
	const entries = [
		file('a/+'),
		directory('a'),
		special('a/gone', 'whiteout'),
		special('a', 'opaque'),
		file('a-b'),
		special('zzz', 'whiteout'),
		file('é'),
		file('\u{10000}'),
		file('\uffee'),
	];

	const {blob} = await packInto(await folderFor(t), {entries});

	t.deepEqual(await namesIn(blob), [
		'.wh.zzz',
		'a/',
		'a-b',
		'a/.wh..wh..opq',
		'a/.wh.gone',
		'a/+',
		'é',
		'\uffee',
		'\u{10000}',
	]);
});

test('an empty layer is an empty tar', async t => {
	const {layer, toc, files} = await packInto(await folderFor(t), {entries: []});

	t.is<string, string>(layer.diffID, digestOf(Buffer.alloc(1024)));
	t.deepEqual([toc, files], [[], 0]);
});

test('HIS-4: no time is later than the epoch, and earlier ones stay', async t => {
	const entries = [file('new', '', {mtime: 2000}), file('old', '', {mtime: 500.9})];

	const {toc} = await packInto(await folderFor(t), {entries}, {times: {latest: 1000}});

	t.deepEqual(
		toc.map(({mtime}) => mtime),
		[1000, 500],
	);
});

test('equal content has an equal content digest, whenever it was made', async t => {
	const folder = await folderFor(t);
	const at = (mtime: number) => [file('a', 'same', {mtime}), file('b', 'b', {mtime})];

	const [one, two, three] = await Promise.all([
		packInto(folder, {entries: at(1)}),
		packInto(folder, {entries: at(2)}),
		packInto(folder, {entries: [file('a', 'same'), file('b', 'c')]}),
	]);

	t.is(one.content, two.content);
	t.not(one.layer.diffID, two.layer.diffID);
	t.not(one.content, three.content);
});

test('the TOC keeps the names of users and groups, and no other content', async t => {
	const users = 'root:x:0:0::/root:/bin/sh\n';
	const entries = [file('etc/passwd', users), file('etc/group', 'root:x:0:\n'), file('etc/shadow', 'root:*\n')];

	const {toc} = await packInto(await folderFor(t), {entries});

	t.deepEqual(
		toc.map(({path, body}) => [path, body && Buffer.from(body, 'base64').toString()]),
		[
			['etc/group', 'root:x:0:\n'],
			['etc/passwd', users],
			['etc/shadow', undefined],
		],
	);
});

test('W-13: a file whose name stands for a whiteout is refused', async t => {
	const packing = packInto(await folderFor(t), {entries: [file('etc/.wh.passwd')]});

	const error = await t.throwsAsync(packing, {instanceOf: StepError});
	t.is(error.message, 'a layer cannot hold "etc/.wh.passwd"');
});

test('a path that comes twice is a bug of the caller', async t => {
	await t.throwsAsync(packInto(await folderFor(t), {entries: [file('a'), file('a')]}), {instanceOf: TypeError});
});

const changes: Readonly<Record<string, (path: string) => void>> = {
	'has grown': path => appendFileSync(path, 'more'),
	'has shrunk': path => truncateSync(path, 1),
	'is gone': path => rmSync(path),
	'has become a link': path => {
		rmSync(path);
		symlinkSync('/etc/hostname', path);
	},
	'has other content': path => writeFileSync(path, 'CONTENT'),
};

for (const [what, change] of Object.entries(changes)) {
	test(`a file that ${what} since it was seen is an error that names it`, async t => {
		const folder = await folderFor(t);
		const path = join(folder, 'file');
		writeFileSync(path, 'content');
		const seen = file('file', 'content', {content: {from: 'file', path}, digest: digestOf('content')});
		change(path);

		const error = await t.throwsAsync(packInto(folder, {entries: [seen]}), {instanceOf: StepError});

		t.is(error.message, `${path} changed while it was packed`);
	});

	test(`a file of a known state that ${what} since it was seen is an error that names it`, async t => {
		const folder = await folderFor(t);
		const path = join(folder, 'file');
		writeFileSync(path, 'content');
		utimesSync(path, 1, 1);
		const content = {from: 'file', path, state: fileState(lstatSync(path, {bigint: true}))} as const;
		change(path);

		const packing = packInto(folder, {entries: [file('file', 'content', {content, digest: digestOf('content')})]});

		t.is((await t.throwsAsync(packing, {instanceOf: StepError})).message, `${path} changed while it was packed`);
	});
}

test('a file that is in its known state is not hashed once more', async t => {
	const folder = await folderFor(t);
	const path = join(folder, 'file');
	writeFileSync(path, 'content');
	const content = {from: 'file', path, state: fileState(lstatSync(path, {bigint: true}))} as const;
	const claimed = digestOf('as if it had been read');

	const {toc} = await packInto(folder, {entries: [file('file', 'content', {content, digest: claimed})]});

	t.is(toc[0]?.digest, claimed);
});

test('a content may lie in the middle of a file', async t => {
	const folder = await folderFor(t);
	const path = join(folder, 'spool');
	writeFileSync(path, 'before|content|after');

	const {toc} = await packInto(folder, {
		entries: [file('file', 'content', {content: {from: 'file', path, offset: 7}})],
	});

	t.is(toc[0]?.digest, digestOf('content'));
});

test('an edit changes the blocks it touches, and no other', async t => {
	const folder = await folderFor(t);
	const files = Array.from({length: 400}, (_, index) => file(`dir/${index}`, `${index} `.repeat(4000)));
	const edited = files.map(entry => (entry.path === 'dir/200' ? file('dir/200', 'edited '.repeat(3000)) : entry));
	const blocks = async (entries: readonly Entry[]) => {
		const table = join(folder, `${Math.random()}`);
		await packInto(folder, {entries}, {blocks: {file: table}});
		return (JSON.parse(readFileSync(table, 'utf8')) as BlockRecord).blocks.map(({name}) => name);
	};

	const before = await blocks(files);
	const after = await blocks(edited);

	t.true(before.length > 15);
	t.true(after.filter(block => !before.includes(block)).length <= 2);
});

unless(without('tar'))('GNU tar lists it', async t => {
	const {blob} = await packInto(await folderFor(t), {entries: everything});

	const listed = output('tar', '--numeric-owner', '--utc', '--quoting-style=literal', '-tvzf', blob);

	t.deepEqual(listed.trimEnd().split('\n'), [
		'drwxr-xr-x 0/0               0 1970-01-01 00:00 bin/',
		'-rwsr-xr-x 0/0               3 1970-01-01 00:00 bin/busybox',
		'hrwsr-xr-x 0/0               0 1970-01-01 00:00 bin/ls link to bin/busybox',
		'lrwxrwxrwx 0/0               0 1970-01-01 00:00 bin/sh -> busybox',
		'drwxrwxrwt 70000/4000000     0 1970-01-01 00:00 tmp/',
		'---------- 0/0               0 1970-01-01 00:00 tmp/.wh..wh..opq',
		'---------- 0/0               0 1970-01-01 00:00 tmp/.wh.gone',
		`-rw-r--r-- 0/0               1 1970-01-01 00:00 tmp/${'long/'.repeat(60)}name`,
		'crw-rw-rw- 0/0             1,3 1970-01-01 00:00 tmp/null',
		'prw------- 0/0               0 1970-01-01 00:00 tmp/pipe',
		'-rw-r--r-- 0/0               6 1969-12-31 23:59 tmp/é',
	]);
});

unless(without('python3'))('Python reads the attributes it holds', async t => {
	const {blob} = await packInto(await folderFor(t), {entries: everything});
	const script = `
import sys, tarfile, json
members = tarfile.open(sys.argv[1], errors='surrogateescape')
print(json.dumps({m.name: list(m.pax_headers['SCHILY.xattr.security.capability'].encode('utf8', 'surrogateescape')) for m in members if m.pax_headers.get('SCHILY.xattr.security.capability')}))`;

	const read = JSON.parse(output('python3', '-c', script, blob)) as Record<string, number[]>;

	t.deepEqual(read, {'bin/busybox': [...Buffer.from(capability, 'base64')]});
});

test('a reader that is not ours sees the same members', async t => {
	const {blob} = await packInto(await folderFor(t), {entries: everything});
	const seen: (string | undefined)[] = [];
	const reader = extract();
	reader.on('entry', (header, stream, next) => {
		seen.push(`${header.type} ${header.name}${header.linkname ? ` ${header.linkname}` : ''}`);
		stream.resume().on('end', next);
	});

	await pipeline(Readable.from([gunzipSync(readFileSync(blob))]), reader);

	t.deepEqual(seen, [
		'directory bin/',
		'file bin/busybox',
		'link bin/ls bin/busybox',
		'symlink bin/sh busybox',
		'directory tmp/',
		'file tmp/.wh..wh..opq',
		'file tmp/.wh.gone',
		`file tmp/${'long/'.repeat(60)}name`,
		'character-device tmp/null',
		'fifo tmp/pipe',
		'file tmp/é',
	]);
});

async function namesIn(blob: string): Promise<string[]> {
	const names: string[] = [];
	for await (const member of readTar(openLayer(blob))) names.push(decodeName(member.name));
	return names;
}
