import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import {MachineError, StepError} from '../../lib/errors.ts';
import {readArchive} from '../../lib/layer/read-archive.ts';
import type {Entry} from '../../lib/tree/entry.ts';
import {folderFor} from '../helpers/folder.ts';
import {without} from '../helpers/programs.ts';
import {unless} from '../helpers/skip.ts';
import {type TestMember, tarOf} from '../helpers/tar.ts';

const members: readonly TestMember[] = [
	{name: './', type: 'directory', mode: 0o700},
	{name: './z', content: 'last first', uid: 1000, gid: 1000, mode: 0o600, mtime: 5},
	{name: './a/', type: 'directory'},
	{name: '/a/absolute', content: 'absolute'},
	{name: './a/link', type: 'hardlink', linkname: './z'},
	{name: './a/.wh.plain', content: 'no whiteout'},
];

/** What a file of an archive holds, read where its entry says. */
function contentOf({content, size}: Entry): string | undefined {
	if (content?.from !== 'file') return undefined;
	const {path, offset = 0} = content;
	return readFileSync(path).toString('utf8', offset, offset + size);
}

test('ADD-1: entries keep the order of the archive, their ids and modes; the root is left out', async t => {
	const folder = await folderFor(t);
	const path = join(folder, 'archive.txt');
	writeFileSync(path, tarOf(members));

	const entries = await readArchive(path, join(folder, 'spool'));

	t.deepEqual(
		entries?.map(entry => [entry.path, entry.type, contentOf(entry) ?? entry.linkname]),
		[
			['z', 'file', 'last first'],
			['a', 'directory', undefined],
			['a/absolute', 'file', 'absolute'],
			['a/link', 'hardlink', 'z'],
			['a/.wh.plain', 'file', 'no whiteout'],
		],
	);
	t.like(entries?.[0], {uid: 1000, gid: 1000, mode: 0o600, mtime: 5});
	t.false(existsSync(join(folder, 'spool')), 'a plain tar needs no copy');
});

for (const program of ['gzip', 'bzip2', 'xz', 'zstd']) {
	unless(without(program))(`ADD-1: ${program} is seen through, whatever the file is called`, async t => {
		const folder = await folderFor(t);
		const path = join(folder, 'archive.dat');
		writeFileSync(path, execFileSync(program, ['-c'], {input: tarOf(members)}));

		const entries = await readArchive(path, join(folder, 'spool'));

		t.deepEqual(entries?.map(contentOf), ['last first', undefined, 'absolute', undefined, 'no whiteout']);
	});

	unless(without(program))(`ADD-1: a file in ${program} that is no tar is no archive`, async t => {
		const folder = await folderFor(t);
		const path = join(folder, 'archive.tar.gz');
		writeFileSync(path, execFileSync(program, ['-c'], {input: 'just text '.repeat(200)}));

		t.is(await readArchive(path, join(folder, 'spool')), undefined);
	});

	unless(without(program))(`a tar in ${program} that is cut off is an error that names it`, async t => {
		const folder = await folderFor(t);
		const path = join(folder, 'archive');
		const noise = Buffer.from(Array.from({length: 2_000_000}, (_, index) => (index * index * 7919) >>> 5));
		const whole = execFileSync(program, ['-c'], {input: tarOf([{name: 'noise', content: noise}])});
		writeFileSync(path, whole.subarray(0, -20));

		const error = await t.throwsAsync(readArchive(path, join(folder, 'spool')), {instanceOf: StepError});

		t.true(error.message.startsWith(`cannot read ${path}: `), error.message);
	});
}

for (const [what, bytes] of Object.entries({
	'an empty file': Buffer.alloc(0),
	'a file of text': Buffer.from('text\n'),
	'a long file of text': Buffer.from('text\n'.repeat(1000)),
	'a file of zeros': Buffer.alloc(10_240),
	'a file that only begins like gzip': Buffer.from([0x1f, 0x8b, 8, 1, 2, 3]),
	'a broken gzip': Buffer.concat([gzipSync('x').subarray(0, 10), Buffer.alloc(100, 0xff)]),
})) {
	test(`ADD-1: ${what} is no archive`, async t => {
		const folder = await folderFor(t);
		const path = join(folder, 'file.tar.gz');
		writeFileSync(path, bytes);

		t.is(await readArchive(path, join(folder, 'spool')), undefined);
	});
}

test('an archive with a name that leaves its root is refused', async t => {
	const folder = await folderFor(t);
	const path = join(folder, 'archive');
	writeFileSync(path, tarOf([{name: 'fine'}, {name: 'a/../../x'}]));

	const error = await t.throwsAsync(readArchive(path, join(folder, 'spool')), {instanceOf: StepError});

	t.is(error.message, `cannot read ${path}: entry "a/../../x" leaves the root`);
});

test.serial('without its program, bzip2 is an error that says how to get it', async t => {
	const folder = await folderFor(t);
	const path = join(folder, 'archive');
	writeFileSync(path, 'BZh91AY&SY');
	const {PATH} = process.env;
	process.env.PATH = folder;
	t.teardown(() => {
		process.env.PATH = PATH;
	});

	const error = await t.throwsAsync(readArchive(path, join(folder, 'spool')), {instanceOf: MachineError});

	t.is(error.message, `cannot read ${path}: there is no program bzip2`);
	t.deepEqual(error.help, ['on Debian and Ubuntu: apt install bzip2']);
});
