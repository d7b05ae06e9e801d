import {randomBytes} from 'node:crypto';
import {copyFileSync, existsSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {openStore} from '../../lib/store/open.ts';
import {applyBlob} from '../../lib/worker/layers.ts';
import {folderFor} from '../helpers/folder.ts';
import {file, packInto} from '../helpers/layer.ts';

for (const when of ['before it is opened', 'before its threads open it']) {
	test(`a blob may come to its place in the store ${when}`, async t => {
		const folder = await folderFor(t);
		await using store = await openStore(join(folder, 'store'));
		const {blob, layer} = await packInto(folder, {entries: [file('a', randomBytes(2 ** 21))]});
		const arriving = store.temporary();
		const root = join(folder, 'root');
		mkdirSync(root);
		copyFileSync(blob, arriving);
		const arrive = () => store.blobs.adopt(arriving, layer.descriptor.digest);

		if (when === 'before it is opened') arrive();
		const unpacking = applyBlob(store, true)({...layer, arriving}, root, 'overlay');
		if (when !== 'before it is opened') arrive();
		await unpacking;

		t.true(existsSync(join(root, 'a')));
	});
}
