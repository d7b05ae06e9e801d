import {
	closeSync,
	openSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	symlinkSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import {type Bytes, inOnePiece} from '../../lib/bytes.ts';
import {AbortedError} from '../../lib/errors.ts';
import {writeArchive} from '../../lib/export/write.ts';
import {folderFor} from '../helpers/folder.ts';

const content = () => inOnePiece(Buffer.from('new'));

/** Content without end, that is stopped in the middle. */
async function* endless(stop: AbortController, reason: unknown): Bytes {
	for (let count = 0; ; count++) {
		yield Buffer.from('more');
		await setImmediate();
		if (count === 3) stop.abort(reason);
	}
}

test('a link to a file stays a link, and the file gets the content', async t => {
	const folder = await folderFor(t);
	for (const real of ['there', 'not-there']) {
		symlinkSync(`./${real}`, join(folder, `${real}.link`));
		symlinkSync(join(folder, `${real}.link`), join(folder, `${real}.far`));
	}
	writeFileSync(join(folder, 'there'), 'old');

	for (const real of ['there', 'not-there']) {
		t.is(await writeArchive(join(folder, `${real}.far`), content()), 3);
		t.is(readlinkSync(join(folder, `${real}.far`)), join(folder, `${real}.link`));
		t.is(readlinkSync(join(folder, `${real}.link`)), `./${real}`);
		t.is(readFileSync(join(folder, real), 'utf8'), 'new');
	}
	t.is(readdirSync(folder).length, 6);
});

test('a file that is open here is written to where it is open, by whatever link it is named', async t => {
	const folder = await folderFor(t);
	const [file, link] = [join(folder, 'file'), join(folder, 'link')];
	const fd = openSync(file, 'w');
	t.teardown(() => closeSync(fd));
	symlinkSync(`/dev/fd/${fd}`, link);
	writeSync(fd, 'before ');

	await writeArchive(link, content());
	writeSync(fd, ' after');

	t.is(readFileSync(file, 'utf8'), 'before new after');
	t.is(readlinkSync(link), `/dev/fd/${fd}`);
});

test('what is stopped rejects with the reason; the file that was there stays, and no half of a new one', async t => {
	const folder = await folderFor(t);
	const file = join(folder, 'file');
	writeFileSync(file, 'old');
	const reason = new AbortedError('ABORTED', 'stopped');

	for (const dest of [file, new PassThrough().resume()]) {
		const stop = new AbortController();
		t.is(await t.throwsAsync(writeArchive(dest, endless(stop, reason), stop.signal)), reason);
		t.is(await t.throwsAsync(writeArchive(dest, content(), stop.signal)), reason);
	}

	t.deepEqual(readdirSync(folder), ['file']);
	t.is(readFileSync(file, 'utf8'), 'old');
});

test('a folder that is not there is the error', async t => {
	const file = join(await folderFor(t), 'none/file');

	const error = await t.throwsAsync(writeArchive(file, content()), {code: 'OUTPUT_NOT_WRITABLE'});

	t.is(error?.message, `cannot write ${file}: its folder is not there`);
});
