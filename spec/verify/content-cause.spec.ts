import {execFileSync} from 'node:child_process';
import {mkdirSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {contentCause} from '../../lib/verify/content-cause.ts';
import {folderFor} from '../helpers/folder.ts';

/** Writes two files, and tells why they differ. */
async function causeOf(t: ExecutionContext, name: string, one: string | Buffer, other: string | Buffer) {
	const folder = await folderFor(t);
	const paths = ['one', 'other'].map(file => join(folder, file)) as [string, string];
	writeFileSync(paths[0], one);
	writeFileSync(paths[1], other);
	return contentCause(name, ...paths);
}

interface Packing {
	readonly members?: readonly string[];
	readonly mtime?: number;
	readonly content?: string;
	readonly flags?: readonly string[];
}

/** What GNU tar makes of two files. */
async function tarOf(t: ExecutionContext, {members = ['a', 'b'], mtime = 1000, content = 'x', flags = []}: Packing) {
	const folder = join(await folderFor(t), 'files');
	mkdirSync(folder);
	for (const name of ['a', 'b']) {
		writeFileSync(join(folder, name), name + content);
		utimesSync(join(folder, name), mtime, mtime);
	}
	return execFileSync('tar', ['-C', folder, '-c', ...flags, ...members]);
}

for (const flags of [[], ['-z'], ['--use-compress-program=xz']] as const) {
	const kind = flags.join('') || 'plain';

	test(`a tar of the same files in another order, ${kind}`, async t => {
		const [one, other] = [await tarOf(t, {flags}), await tarOf(t, {flags, members: ['b', 'a']})];

		t.is(await causeOf(t, 'x.tar', one, other), 'member-order');
	});

	test(`a tar of the same files with other times, ${kind}`, async t => {
		const [one, other] = [await tarOf(t, {flags}), await tarOf(t, {flags, mtime: 2000})];

		t.is(await causeOf(t, 'x.tar', one, other), 'member-times');
	});

	test(`a tar of other files, ${kind}`, async t => {
		const [one, other] = [await tarOf(t, {flags}), await tarOf(t, {flags, content: 'y'})];

		t.is(await causeOf(t, 'x.tar', one, other), 'bytes');
	});
}

test('gzip says when it was run, unless it is asked not to', async t => {
	const folder = await folderFor(t);
	const zipped = (mtime: number) => {
		const path = join(folder, 'text');
		writeFileSync(path, 'text');
		utimesSync(path, mtime, mtime);
		return execFileSync('gzip', ['-c', path]);
	};

	t.is(await causeOf(t, 'text.gz', zipped(1000), zipped(2000)), 'gzip-time');
});

test('compiled Python says when its source was written', async t => {
	const compiled = (time: number) => Buffer.from([0xa7, 13, 13, 10, 0, 0, 0, 0, time, 0, 0, 0, 9, 9]);

	t.is(await causeOf(t, 'a.cpython-311.pyc', compiled(1), compiled(2)), 'pyc-time');
	t.is(await causeOf(t, 'a.bin', compiled(1), compiled(2)), 'bytes');
});

test('texts are looked into, other files are not', async t => {
	const date = (seconds: number) => `built at 2026-11-29T01:00:0${seconds}Z\n`;

	t.is(await causeOf(t, 'a', date(1), date(2)), 'text-time');
	t.is(await causeOf(t, 'a', 'a\nb\n', 'b\na\n'), 'text-order');
	t.is(await causeOf(t, 'a', 'a\n', 'b\n'), 'bytes');
	t.is(await causeOf(t, 'a', `\0${date(1)}`, `\0${date(2)}`), 'bytes');
});
