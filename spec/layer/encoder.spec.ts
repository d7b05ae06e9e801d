import {execFileSync} from 'node:child_process';
import {createHash, randomBytes} from 'node:crypto';
import {constants, gunzipSync, inflateRawSync} from 'node:zlib';
import test from 'ava';
import {array, assert, asyncProperty, uint8Array} from 'fast-check';
import {writingSink} from '../../lib/layer/blob-sink.ts';
import {type Encoded, encoder, encoderName, gzipEncoder, largestBlock} from '../../lib/layer/encoder.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import {folderFor} from '../helpers/folder.ts';
import {blobOf} from '../helpers/layer.ts';
import {output, without} from '../helpers/programs.ts';
import {unless} from '../helpers/skip.ts';

interface Blob extends Encoded {
	readonly bytes: Buffer;
}

async function encode(blocks: readonly Uint8Array[], memory?: number): Promise<Blob> {
	const chunks: Uint8Array[] = [];
	const gzip = gzipEncoder(
		writingSink(bytes => chunks.push(Buffer.from(bytes))),
		memory ? {blocks: memory} : {},
	);
	for (const block of blocks) {
		const buffer = await gzip.buffer();
		buffer.set(block);
		gzip.add(buffer, block.length);
	}
	const encoded = await gzip.end();
	return {...encoded, bytes: Buffer.concat(chunks)};
}

/** Blocks of text, noise and zeros, of the sizes at which something could change. */
const mixed = [
	Buffer.from('layer '.repeat(40_000)),
	randomBytes(largestBlock),
	Buffer.alloc(largestBlock),
	randomBytes(65_535),
	randomBytes(65_536),
	Buffer.from('x'),
	Buffer.concat([randomBytes(1000), Buffer.alloc(1000, 'y')]),
];

test('what it makes is one gzip member of all blocks', t =>
	assert(
		asyncProperty(array(uint8Array({minLength: 1, maxLength: 2000}), {maxLength: 8}), async blocks => {
			const {bytes} = await encode(blocks);

			return gunzipSync(bytes).equals(Buffer.concat(blocks));
		}),
	).then(() => t.pass()));

test('digest, size and block table are those of what was written', async t => {
	const {bytes, digest, size, blocks} = await encode(mixed);

	t.is(size, bytes.length);
	t.is(digest, digestOf(bytes));
	t.deepEqual(
		blocks.map(({size}) => size),
		mixed.map(({length}) => length),
	);
});

test('a block can be read by itself', async t => {
	const {bytes, blocks} = await encode(mixed);

	const read = blocks.map(({offset, length}) =>
		inflateRawSync(bytes.subarray(offset, offset + length), {finishFlush: constants.Z_SYNC_FLUSH}),
	);

	t.true(read.every((content, index) => content.equals(mixed[index] ?? Buffer.alloc(0))));
});

test('a block has the same bytes wherever it stands', async t => {
	const one = await encode(mixed);
	const other = await encode([...mixed].reverse());
	const pieces = ({bytes, blocks}: Blob) =>
		blocks.map(({offset, length}) => bytes.subarray(offset, offset + length).toString('base64'));

	t.deepEqual(pieces(one), pieces(other).reverse());
});

test('the bytes do not depend on how many blocks are compressed at the same time', async t => {
	const digests = await Promise.all([1, 2, 3, 64].map(async memory => (await encode(mixed, memory)).digest));

	t.is(new Set(digests).size, 1);
});

test('noise is stored: it grows by 5 bytes per 64 KiB', async t => {
	const {blocks} = await encode([randomBytes(largestBlock)]);

	t.is(blocks[0]?.length, largestBlock + 5 * 17);
});

/** Of real random bytes, one stretch in some hundreds does not look like it. */
function noiseOf(size: number): Buffer {
	const digests = Array.from({length: size / 32 + 1}, (_, index) => createHash('sha256').update(`${index}`).digest());
	return Buffer.concat(digests).subarray(0, size);
}

test('what looks like noise in a file is stored between what is compressed, whatever the number of threads', async t => {
	const [text, noise] = [Buffer.from('layer '.repeat(20_000)), noiseOf(50_000)];
	const block = Buffer.concat([text, noise, text]);
	const file = {start: text.length, end: text.length + noise.length};
	const encodeWith = async (memory: number) => {
		const chunks: Uint8Array[] = [];
		const gzip = gzipEncoder(
			writingSink(bytes => chunks.push(Buffer.from(bytes))),
			{blocks: memory},
		);
		for (const files of [[file], []]) {
			const buffer = await gzip.buffer();
			buffer.set(block);
			gzip.add(buffer, block.length, {files});
		}
		const {blocks} = await gzip.end();
		return {blocks, bytes: Buffer.concat(chunks)};
	};

	const {bytes, blocks} = await encodeWith(4);
	const [marked] = blocks.map(({offset, length}) => bytes.subarray(offset, offset + length));

	t.true(gunzipSync(bytes).equals(Buffer.concat([block, block])));
	t.true(marked?.includes(noise));
	t.true(marked && marked.length < noise.length + 2000);
	t.true((await encodeWith(1)).bytes.equals(bytes));
});

test('LAY-10: its header has no time, no name and no system', async t => {
	const {bytes} = await encode([Buffer.from('a')]);

	t.is(bytes.subarray(0, 10).toString('hex'), '1f8b08000000000000ff');
});

test("the name says which encoder it is, and of zlib whether this Node has another than Node's own", t => {
	t.is(encoderName(), encoder);
	t.regex(encoderName(7), /^gzip-7\.\d+(-foreign)?$/);
});

const judges: Readonly<Record<string, readonly string[]>> = {
	gzip: ['-dc'],
	pigz: ['-dc'],
	python3: ['-c', 'import gzip,sys; sys.stdout.buffer.write(gzip.open(sys.argv[1]).read())'],
};

for (const [program, args] of Object.entries(judges)) {
	unless(without(program))(`${program} reads it`, async t => {
		const {bytes} = await encode(mixed);
		const path = blobOf(await folderFor(t), bytes);

		const read = execFileSync(program, [...args, path], {maxBuffer: 2 ** 26});

		t.true(read.equals(Buffer.concat(mixed)));
	});
}

unless(without('gzip'))('gzip finds its checksum and size right', async t => {
	const {bytes} = await encode(mixed);
	const path = blobOf(await folderFor(t), bytes);

	t.notThrows(() => output('gzip', '-t', path));
});
