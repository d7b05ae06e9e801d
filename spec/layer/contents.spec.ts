import test from 'ava';
import {collect} from '../../lib/bytes.ts';
import {showContents} from '../../lib/layer/contents.ts';
import {folderFor} from '../helpers/folder.ts';
import {file, packInto} from '../helpers/layer.ts';

test('contents are shown in the order of the layer, and what is not read of one is passed over', async t => {
	const entries = ['a', 'b', 'c', 'd'].map(path => file(path, `content of ${path} `.repeat(50_000)));
	const {blob, toc} = await packInto(await folderFor(t), {entries});
	const wanted = [toc[3], toc[0], toc[1]].map(entry => ({
		path: entry?.path,
		offset: entry?.offset ?? 0,
		size: entry?.size ?? 0,
	}));
	const shown: string[] = [];

	await showContents(blob, wanted, async ({path}, content) => {
		if (path !== 'a') shown.push((await collect(content)).toString());
		else for await (const _ of content) return;
	});

	t.deepEqual(
		shown,
		['b', 'd'].map(path => `content of ${path} `.repeat(50_000)),
	);
});

test('an error of whoever looks at a content is passed on', async t => {
	const {blob, toc} = await packInto(await folderFor(t), {entries: [file('a', 'text')]});
	const own = new Error('own');

	const thrown = await t.throwsAsync(
		showContents(blob, [{offset: toc[0]?.offset ?? 0, size: 4}], () => Promise.reject(own)),
	);

	t.is(thrown, own);
});
