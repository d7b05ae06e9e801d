import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {StepError} from '../../lib/errors.ts';
import {spoolContents} from '../../lib/layer/spool.ts';
import {folderFor} from '../helpers/folder.ts';
import {file, packInto} from '../helpers/layer.ts';

test('wanted contents of a layer are found in one file, in whatever order they are asked for', async t => {
	const folder = await folderFor(t);
	const spool = join(folder, 'spool');
	const entries = ['a', 'b', 'c', 'd'].map(path => file(path, `content of ${path} `.repeat(50_000)));
	const {blob, toc} = await packInto(folder, {entries});
	const wanted = [toc[3], toc[1], toc[3]].map(entry => ({offset: entry?.offset ?? 0, size: entry?.size ?? 0}));

	const places = await spoolContents(blob, wanted, spool);

	const text = readFileSync(spool, 'utf8');
	const read = wanted.map(({offset, size}) => text.slice(places.get(offset), (places.get(offset) ?? 0) + size));
	t.deepEqual(
		read.map(content => content.slice(0, 12)),
		['content of d', 'content of b', 'content of d'],
	);
	t.is(text.length, 2 * (entries[0]?.size ?? 0), 'what is asked for twice is there once');
});

test('an empty content has a place, too', async t => {
	const folder = await folderFor(t);
	const {blob, toc} = await packInto(folder, {entries: [file('empty')]});
	const offset = toc[0]?.offset ?? 0;

	const places = await spoolContents(blob, [{offset, size: 0}], join(folder, 'spool'));

	t.deepEqual([...places], [[offset, 0]]);
});

test('a range beyond the layer is an error that names it', async t => {
	const folder = await folderFor(t);
	const {blob} = await packInto(folder, {entries: [file('a')]});

	const error = await t.throwsAsync(spoolContents(blob, [{offset: 5000, size: 1}], join(folder, 'spool')), {
		instanceOf: StepError,
	});

	t.is(error.message, `cannot read ${blob}: it ends too early`);
});
