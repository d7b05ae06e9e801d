import {createHash, randomBytes} from 'node:crypto';
import {createReadStream, existsSync, readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {crc32, createGunzip} from 'node:zlib';
import test from 'ava';
import type {BlobPiece} from '../../lib/layer/blob-file.ts';
import {type BlobSink, LostThreadError, sinkApart, sinkHere} from '../../lib/layer/blob-sink.ts';
import {memberHeader} from '../../lib/layer/gzip-members.ts';
import {helperThread} from '../../lib/layer/helper-thread.ts';
import type {Sums} from '../../lib/layer/sums.ts';
import {digestOf, hexOf} from '../../lib/oci/digest.ts';
import {folderFor} from '../helpers/folder.ts';
import {file, packInto} from '../helpers/layer.ts';

/** Pieces of sizes that are given away, and that are copied. */
const pieces = [randomBytes(1), randomBytes(300_000), Buffer.alloc(1 << 20), randomBytes(40_000)];

const hex = (bytes: Uint8Array) => hexOf(digestOf(bytes));

/** All pieces go in; what comes out are the same, from the last to the first. */
async function fill(sink: BlobSink, marked = -1): Promise<Sums> {
	for (const [index, piece] of pieces.entries()) {
		const buffer = sink.buffer(1 << 20);
		buffer.set(piece);
		const turn = sink.plain(buffer.subarray(0, piece.length), index === marked);
		sink.packed(Buffer.from(pieces.at(-1 - index) ?? ''), index === marked);
		await sink.passed(turn);
		buffer.fill(1);
	}
	return sink.end();
}

const ways = {here: async (request: Parameters<typeof sinkHere>[0]) => sinkHere(request), apart: sinkApart};

for (const [way, open] of Object.entries(ways)) {
	test.serial(`what is written, ${way}, is what came, and the sums are those of it`, async t => {
		const folder = await folderFor(t);
		const paths = ['one', 'other'].map(name => join(folder, name));

		const sums = await Promise.all(
			paths.map(async path => {
				await using sink = await open({path, marks: false});
				return await fill(sink);
			}),
		);

		const written = Buffer.concat(pieces.toReversed());
		t.deepEqual(
			sums,
			[1, 2].map(() => ({plain: hex(Buffer.concat(pieces)), packed: hex(written)})),
		);
		t.true(paths.every(path => readFileSync(path).equals(written)));
	});

	test.serial(`${way}: a blob that begins like an older one goes on with its sums, and takes blocks over`, async t => {
		const folder = await folderFor(t);
		const [older, path] = [join(folder, 'older'), join(folder, 'path')];
		const [start, between, later] = [randomBytes(5_000_000), randomBytes(100), randomBytes(3000)];
		const pieceOf = (offset: number, bytes: Buffer): BlobPiece => ({
			...{offset, length: bytes.length, check: crc32(bytes)},
		});
		const startOf = async () => {
			await using sink = await open({path: older, marks: true});
			const content = sink.buffer(5);
			sink.packed(memberHeader);
			sink.plain(content.fill('start'), true);
			sink.packed(Buffer.from(start), true);
			sink.packed(Buffer.from(between));
			sink.packed(Buffer.from(later));
			return await sink.end();
		};
		const {marks: [sums] = []} = await startOf();
		t.truthy(sums);
		if (!sums) return;
		const blocks = [start.subarray(0, 2_000_000), start.subarray(2_000_000)];
		const begun = blocks.map((bytes, index) => pieceOf(memberHeader.length + index * 2_000_000, bytes));

		await using sink = await open({path, older, marks: true});
		for (const block of begun) sink.begin({blocks: [block], sums});
		sink.plain(sink.buffer(3).fill('end'));
		sink.copy(pieceOf(memberHeader.length + start.length + between.length, later));
		const {plain, packed} = await sink.end();

		const written = Buffer.concat([memberHeader, start, later]);
		t.true(readFileSync(path).equals(written));
		t.deepEqual({plain, packed}, {plain: hex(Buffer.from('startend')), packed: hex(written)});
	});

	test.serial(`${way}: a block of an older blob that is not what it was is an error`, async t => {
		const folder = await folderFor(t);
		const older = join(folder, 'older');
		writeFileSync(older, 'block');
		const fails = async (name: string, older: string, block: BlobPiece) => {
			await using sink = await open({path: join(folder, name), older, marks: false});
			sink.copy(block);
			await sink.end();
		};
		const whole = {offset: 0, length: 5, check: crc32('block')};

		await t.notThrowsAsync(fails('whole', older, whole));
		await t.throwsAsync(fails('damaged', older, {...whole, check: 1}), {code: 'LOST_BLOCK'});
		await t.throwsAsync(fails('short', older, {...whole, length: 6}), {code: 'LOST_BLOCK'});
		await t.throwsAsync(fails('gone', join(folder, 'gone'), whole), {code: 'LOST_BLOCK'});
	});

	test.serial(`${way}: what comes after a failure is taken in vain, and nobody waits for it`, async t => {
		const folder = await folderFor(t);
		await using sink = await open({path: join(folder, 'path'), older: join(folder, 'gone'), marks: false});
		const fails = async () => {
			sink.copy({offset: 0, length: 1, check: 1});
			for (let count = 0; count < 50; count++) await sink.passed(sink.plain(sink.buffer(10)));
			await sink.end();
		};

		await t.throwsAsync(fails(), {code: 'LOST_BLOCK'});
		if (way === 'apart') await t.throwsAsync(async () => sink.passed(1000), {code: 'LOST_BLOCK'});
	});

	test.serial(`${way}: what the system refuses is an error with its code`, async t => {
		const path = join(await folderFor(t), 'path');
		writeFileSync(path, 'is there');
		const fails = async () => {
			await using sink = await open({path, marks: false});
			await fill(sink);
		};

		await t.throwsAsync(fails(), {code: 'EEXIST'});
		t.is(readFileSync(path, 'utf8'), 'is there');
	});
}

test.serial('a thread that ends before its work lets nobody wait', async t => {
	const folder = await folderFor(t);
	const thread = await helperThread('layer/blob-thread');
	await using sink = await sinkApart({path: join(folder, 'path'), marks: false});
	const turn = sink.plain(sink.buffer(1 << 20));

	await thread.terminate();

	await t.throwsAsync(async () => sink.passed(turn + 1000), {code: LostThreadError.code});
	await t.throwsAsync(sink.end(), {code: LostThreadError.code});
	await using after = await sinkApart({path: join(folder, 'after'), marks: false});
	t.is((await fill(after)).plain, hex(Buffer.concat(pieces)));
});

for (const ends of [false, true]) {
	test.serial(
		`a large layer is written by a thread, ${ends ? 'and without it if it ends' : 'with its digests'}`,
		async t => {
			const folder = await folderFor(t);
			const large = join(folder, 'large');
			writeFileSync(large, randomBytes(100_000));
			truncateSync(large, 130 << 20);
			const thread = await helperThread('layer/blob-thread');
			const entry = {
				...file('large', ''),
				size: 130 << 20,
				/** Asked for when the file is packed, and the thread has begun. */
				get content() {
					if (ends) void thread.terminate();
					return {from: 'file', path: large} as const;
				},
			};

			const {layer, blob} = await packInto(folder, {entries: [entry]});

			const tar = createHash('sha256');
			for await (const piece of createReadStream(blob).pipe(createGunzip())) tar.update(piece as Buffer);
			t.true(existsSync(blob));
			t.is(layer.descriptor.digest, digestOf(readFileSync(blob)));
			t.is(hexOf(layer.diffID), tar.digest('hex'));
		},
	);
}
