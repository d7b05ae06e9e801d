import {randomBytes} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {collect} from '../../lib/bytes.ts';
import {fileWriter} from '../../lib/layer/file-writer.ts';
import {slotCount, slotSize, tarAhead} from '../../lib/layer/hashed-tar.ts';
import {helperThread} from '../../lib/layer/helper-thread.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import {folderFor} from '../helpers/folder.ts';

test.serial('what a writing thread leaves undone that ends is written without it', async t => {
	const folder = await folderFor(t);
	const thread = await helperThread('layer/write-thread');
	using writer = await fileWriter('single');
	const names = ['a', 'b', 'c'];
	const write = (name: string) => {
		writer.room(1).write(name);
		const entry = {path: name, type: 'file', mode: 0o644, uid: 0, gid: 0, size: 1, mtime: 0} as const;
		writer.add(join(folder, name), entry);
	};

	const ended = thread.terminate();
	for (const name of names) {
		write(name);
		writer.settle();
	}

	t.deepEqual(
		names.map(name => readFileSync(join(folder, name), 'utf8')),
		names,
	);
	await ended;
	await t.notThrowsAsync(helperThread('layer/write-thread'), 'the next layer has another');
});

for (const slots of [1, 3 * slotCount]) {
	test.serial(`what a reading thread leaves undone that ends is read without it: ${slots} pieces`, async t => {
		const blob = join(await folderFor(t), 'blob');
		const bytes = randomBytes(slots * slotSize);
		writeFileSync(blob, bytes);
		const thread = await helperThread('layer/read-thread');
		const tar = await tarAhead(blob);
		const reading = tar.content[Symbol.asyncIterator]();
		const first = Buffer.from((await reading.next()).value ?? []);

		await thread.terminate();
		const rest = await collect({[Symbol.asyncIterator]: () => reading});

		t.is(Buffer.compare(Buffer.concat([first, rest]), bytes), 0);
		t.is(tar.diffID() as string, digestOf(bytes));
	});
}

test.serial('a reading thread that ends before anybody reads is done without', async t => {
	const blob = join(await folderFor(t), 'blob');
	const bytes = randomBytes(3 * slotCount * slotSize);
	writeFileSync(blob, bytes);
	const thread = await helperThread('layer/read-thread');
	const tar = await tarAhead(blob);

	await thread.terminate();

	t.is(Buffer.compare(await collect(tar.content), bytes), 0);
});
