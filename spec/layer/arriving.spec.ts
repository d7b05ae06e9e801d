import {randomBytes} from 'node:crypto';
import {appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import {collect} from '../../lib/bytes.ts';
import {applyLayer} from '../../lib/layer/apply.ts';
import {openLayer} from '../../lib/layer/decompress.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import {folderFor} from '../helpers/folder.ts';
import {file, packInto} from '../helpers/layer.ts';

/** Appends what is missing of a file in a few pieces, as slowly as a network does. */
async function arrive(path: string, bytes: Uint8Array, from: number): Promise<void> {
	const piece = Math.ceil((bytes.length - from) / 5);
	for (let at = from; at < bytes.length; at += piece) {
		await setTimeout(10);
		appendFileSync(path, bytes.subarray(at, at + piece));
	}
}

for (const [name, pack] of Object.entries({gzip: gzipSync, tar: (bytes: Buffer) => bytes})) {
	test(`a blob that is still being written is read to its end: ${name}`, async t => {
		const path = join(await folderFor(t), 'blob');
		const tar = randomBytes(1_000_000);
		const blob = pack(tar);
		writeFileSync(path, blob.subarray(0, 1000));

		const arriving = arrive(path, blob, 1000);
		const read = await collect(openLayer(path, blob.length));

		await arriving;
		t.is(Buffer.compare(read, tar), 0);
	});
}

test('it may get another name meanwhile', async t => {
	const path = join(await folderFor(t), 'blob');
	const blob = randomBytes(600_000);
	writeFileSync(path, blob.subarray(0, 100));
	const reading = openLayer(path, blob.length)[Symbol.asyncIterator]();
	const {value: first = new Uint8Array()} = await reading.next();

	renameSync(path, `${path}.whole`);
	const arriving = arrive(`${path}.whole`, blob, 100);
	const rest = await collect({[Symbol.asyncIterator]: () => reading});

	await arriving;
	t.is(Buffer.compare(Buffer.concat([first, rest]), blob), 0);
});

for (const apart of [false, true]) {
	test(`a layer is unpacked while it arrives, and one that is given up is an error: ${apart ? 'in threads' : 'in one'}`, async t => {
		const folder = await folderFor(t);
		const content = randomBytes(500_000);
		const {blob, layer} = await packInto(folder, {entries: [file('a', content), file('b', 'b')]});
		const {size} = layer.descriptor;
		const bytes = readFileSync(blob);
		const [path, lost] = [join(folder, 'arriving'), join(folder, 'lost')];
		for (const root of ['one', 'two']) mkdirSync(join(folder, root));
		for (const begun of [path, lost]) writeFileSync(begun, bytes.subarray(0, 1000));

		const unpacking = applyLayer(path, join(folder, 'one'), {
			owners: 'single',
			diffID: layer.diffID,
			arriving: size,
			apart,
		});
		const losing = applyLayer(lost, join(folder, 'two'), {
			owners: 'single',
			diffID: layer.diffID,
			arriving: size,
			apart,
		});
		await arrive(path, bytes, 1000);
		rmSync(lost);

		await t.throwsAsync(losing);
		t.is((await unpacking).diffID, layer.diffID);
		t.is(digestOf(readFileSync(join(folder, 'one/a'))), digestOf(content));
		t.true(existsSync(join(folder, 'one/b')));
	});
}
