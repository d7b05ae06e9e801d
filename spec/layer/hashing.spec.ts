import {createHash, randomBytes} from 'node:crypto';
import {createReadStream, readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {createGunzip} from 'node:zlib';
import test from 'ava';
import {type Hashing, hashingApart, hashingHere} from '../../lib/layer/hashing.ts';
import {helperThread} from '../../lib/layer/helper-thread.ts';
import type {Sums} from '../../lib/layer/sums.ts';
import {digestOf, hexOf} from '../../lib/oci/digest.ts';
import {folderFor} from '../helpers/folder.ts';
import {file, packInto} from '../helpers/layer.ts';

/** Pieces of sizes that are given away, and that are copied. */
const pieces = [randomBytes(1), randomBytes(300_000), Buffer.alloc(1 << 20), randomBytes(40_000)];

const hex = (bytes: Uint8Array) => hexOf(digestOf(bytes));

const expected: Sums = {plain: hex(Buffer.concat(pieces)), packed: hex(Buffer.concat(pieces.toReversed()))};

const never = () => Promise.reject(new Error('nobody should have asked'));

async function sumsBy(hashing: Hashing): Promise<Sums> {
	for (const [index, piece] of pieces.entries()) {
		const buffer = hashing.buffer(1 << 20);
		buffer.set(piece);
		const turn = hashing.plain(buffer.subarray(0, piece.length));
		hashing.packed(Buffer.from(pieces.at(-1 - index) ?? ''));
		await hashing.passed(turn);
		buffer.fill(1);
	}
	return hashing.end();
}

test.serial('the sums are those of all that came, here and in another thread', async t => {
	using here = hashingHere();
	using apart = await hashingApart(never);
	using beside = await hashingApart(never);

	t.deepEqual(await Promise.all([here, apart, beside].map(sumsBy)), [expected, expected, expected]);
});

test.serial(
	'a thread that ends before its work is done without: nobody waits for it, and the sums are asked for',
	async t => {
		const thread = await helperThread('layer/hash-thread');
		const again = {plain: 'plain', packed: 'packed'};
		using before = await hashingApart(async () => again);
		const turn = before.plain(before.buffer(1 << 20));

		await thread.terminate();
		await before.passed(turn + 1000);

		t.is(await before.end(), again);
		using after = await hashingApart(never);
		t.deepEqual(await sumsBy(after), expected);
	},
);

for (const ends of [false, true]) {
	test.serial(`a large layer has its digests, ${ends ? 'also if the thread ends' : 'found by a thread'}`, async t => {
		const folder = await folderFor(t);
		const large = join(folder, 'large');
		writeFileSync(large, randomBytes(100_000));
		truncateSync(large, 130 << 20);
		const thread = await helperThread('layer/hash-thread');
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
		t.is(layer.descriptor.digest, digestOf(readFileSync(blob)));
		t.is(hexOf(layer.diffID), tar.digest('hex'));
	});
}
