import {randomBytes} from 'node:crypto';
import {lstatSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import type {BlockRecord, KnownBlob} from '../../lib/layer/known-blocks.ts';
import {fileState} from '../../lib/linux/file-state.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import type {Entry} from '../../lib/tree/entry.ts';
import {folderFor} from '../helpers/folder.ts';
import {file, packInto} from '../helpers/layer.ts';

/** Files of text and noise, some longer than a block. */
function sampleFiles(count: number): Entry[] {
	return Array.from({length: count}, (_, index) => {
		const size = index % 17 === 0 ? 1_500_000 : 3_000 + index * 700;
		const data =
			index % 3 === 0 ? randomBytes(size) : Buffer.from(`line ${index}\n`.repeat(size / 8)).subarray(0, size);
		return file(`d/${String(index).padStart(3, '0')}`, data);
	});
}

async function packed(folder: string, entries: readonly Entry[], before?: KnownBlob) {
	const table = join(mkdtempSync(join(folder, 'table-')), 'blocks');
	const layer = await packInto(folder, {entries}, {blocks: {file: table}, before});
	const {blocks, descriptor} = JSON.parse(readFileSync(table, 'utf8')) as BlockRecord;
	return {...layer, blocks, descriptor, known: {blob: layer.blob, blocks}};
}

test('whatever is edited, a layer with the blocks of the one before is the one packed afresh', async t => {
	const folder = await folderFor(t);
	const files = sampleFiles(40);
	const first = await packed(folder, files);
	const index = fc.nat(files.length - 1);
	const edit = fc.oneof(
		fc.record({at: index, is: fc.constant('removed' as const)}),
		fc.record({at: index, is: fc.constant('added' as const)}),
		fc.record({at: index, is: fc.constant('changed' as const)}),
		fc.record({at: index, is: fc.constant('touched' as const)}),
	);
	await fc.assert(
		fc.asyncProperty(fc.array(edit, {maxLength: 4}), async edits => {
			const edited = edits.reduce((entries, {at, is}) => {
				if (is === 'removed') return entries.filter((_, place) => place !== at);
				if (is === 'added') return entries.concat(file(`d/${at}-${entries.length}`, randomBytes(5000)));
				return entries.map((entry, place) => {
					if (place !== at) return entry;
					return is === 'touched' ? {...entry, mtime: 77} : file(entry.path, randomBytes(20_000));
				});
			}, files);
			const [fresh, spliced] = [await packed(folder, edited), await packed(folder, edited, first.known)];
			return spliced.layer.diffID === fresh.layer.diffID && spliced.descriptor.digest === fresh.descriptor.digest;
		}),
		{numRuns: 12},
	);
	t.pass();
});

test('of a layer with one file changed, all blocks but those of that file are found', async t => {
	const folder = await folderFor(t);
	const files = sampleFiles(120);
	const first = await packed(folder, files);
	const after = await packed(
		folder,
		files.map((entry, index) => (index === 70 ? file(entry.path, 'other') : entry)),
		first.known,
	);

	const checks = new Map(first.blocks.map(({name, check}) => [name, check]));
	const changed = after.blocks.filter(({name, check}) => checks.get(name) !== check);

	t.true(after.blocks.length > 20);
	t.true(changed.length > 0 && changed.length <= 2);
});

test('an older blob that is gone, cut short or damaged is compressed anew', async t => {
	const folder = await folderFor(t);
	const files = sampleFiles(20);
	const first = await packed(folder, files);
	const spoil: Readonly<Record<string, () => void>> = {
		damaged: () => {
			const bytes = readFileSync(first.blob);
			for (let at = 20; at < bytes.length; at += 1000) bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
			writeFileSync(first.blob, bytes);
		},
		'cut short': () => truncateSync(first.blob, 1000),
		gone: () => rmSync(first.blob),
	};
	for (const [what, act] of Object.entries(spoil)) {
		act();
		const again = await packed(folder, files, first.known);
		t.is(again.descriptor.digest, first.descriptor.digest, what);
	}
});

test('a block is not taken over for its name alone: its bytes have to be the same', async t => {
	const folder = await folderFor(t);
	const path = join(folder, 'file');
	const [one, other] = [randomBytes(5000), randomBytes(5000)];
	/** What a file would be like that was changed without a trace after it was hashed. */
	const misnamed = (data: Buffer): Entry[] => {
		writeFileSync(path, data);
		const content = {from: 'file', path, state: fileState(lstatSync(path, {bigint: true}))} as const;
		return [file('file', data, {content, digest: digestOf(one)})];
	};
	const first = await packed(folder, misnamed(one));
	t.is(first.blocks.length, 1);

	const after = await packed(folder, misnamed(other), first.known);

	t.deepEqual(gunzipSync(readFileSync(after.blob)).subarray(512, 5512), other);
	t.is(after.blocks[0]?.name, first.blocks[0]?.name);
});
