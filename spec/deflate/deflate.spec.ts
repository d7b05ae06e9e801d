import {createHash, randomBytes} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {constants, deflateRawSync, inflateRawSync} from 'node:zlib';
import test from 'ava';
import {array, assert, constant, integer, oneof, property, tuple, uint8Array} from 'fast-check';
import {deflate, type Span} from '../../lib/deflate/deflate.ts';

const largest = 1024 * 1024;

/** What it comes to, read by zlib. */
function inflated(packed: Uint8Array): Buffer {
	return inflateRawSync(packed, {finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 2 * largest});
}

/** The same numbers in each run, from 0 to below `limit`. */
function numbers(seed: number): (limit: number) => number {
	let state = seed;
	return limit => {
		state = (state * 48_271) % 2_147_483_647;
		return state % limit;
	};
}

/** Words, a few of them far more often than others, with numbers among them. */
function text(size: number): Buffer {
	const next = numbers(7);
	const pieces: string[] = [];
	for (let length = 0; length < size; length += 8)
		pieces.push(next(9) === 0 ? `${next(1e9)}\n` : `word${next(next(300) + 1)} `);
	return Buffer.from(pieces.join('')).subarray(0, size);
}

/** Sources of this project, as tar would have them in one piece. */
function sources(): Buffer {
	const files = readdirSync('lib', {recursive: true, encoding: 'utf8'})
		.filter(path => path.endsWith('.ts'))
		.sort();
	return Buffer.concat(files.map(path => readFileSync(join('lib', path)))).subarray(0, largest);
}

/** Pieces that repeat earlier ones, runs of one byte, and what was never there. */
const pieces = array(
	oneof(
		uint8Array({maxLength: 300}),
		tuple(integer({min: 0, max: 255}), integer({min: 1, max: 70_000})).map(([byte, size]) => Buffer.alloc(size, byte)),
		tuple(constant('again'), integer({min: 0, max: 40_000}), integer({min: 1, max: 2000})),
	),
	{maxLength: 12},
).map(parts => {
	let bytes = Buffer.alloc(0);
	for (const part of parts) {
		const piece = Array.isArray(part) ? bytes.subarray(part[1], part[1] + part[2]) : part;
		bytes = Buffer.concat([bytes, piece]);
	}
	return bytes;
});

test('what it makes comes to what it was given', t => {
	assert(
		property(pieces, bytes => inflated(deflate(bytes)).equals(bytes)),
		{numRuns: 500},
	);
	t.pass();
});

test('so it does with stretches that are stored', t => {
	const cuts = array(integer({min: 0, max: 100_000}), {maxLength: 6});
	assert(
		property(pieces, cuts, (bytes, places) => {
			const sorted = [...new Set(places.map(place => Math.min(place, bytes.length)))].sort((a, b) => a - b);
			const stored: Span[] = [];
			for (let at = 0; at + 1 < sorted.length; at += 2) stored.push({start: sorted[at] ?? 0, end: sorted[at + 1] ?? 0});
			return inflated(deflate(bytes, stored)).equals(bytes);
		}),
		{numRuns: 300},
	);
	t.pass();
});

for (const [name, bytes] of Object.entries({
	'no bytes': Buffer.alloc(0),
	'one byte': Buffer.of(65),
	zeros: Buffer.alloc(largest),
	noise: randomBytes(largest),
	text: text(largest),
	'every byte as often': Buffer.from(Array.from({length: 65_536}, (_, index) => index % 256)),
	'words of very different lengths': Buffer.concat(
		Array.from({length: 22}, (_, index) => Buffer.alloc(Math.round(1.6 ** index), index * 11)),
	),
})) {
	test(`it takes ${name}`, t => {
		t.true(inflated(deflate(bytes)).equals(bytes));
	});
}

test('every size up to a thousand, and every size around a mebibyte', t => {
	const bytes = text(largest);
	const sizes = [...Array(1000).keys(), ...Array.from({length: 20}, (_, index) => largest - index)];

	for (const size of sizes) {
		const piece = bytes.subarray(0, size);
		if (!inflated(deflate(piece)).equals(piece)) t.fail(`${size} bytes`);
	}
	t.pass();
});

test('the bytes are these, wherever it runs: who changes them names the encoder anew', t => {
	const hash = createHash('sha256');
	for (const size of [0, 1, 100, 5000, 300_000, largest]) hash.update(deflate(text(size)));

	t.is(hash.digest('hex'), 'af80ce0c39bb63e2da7a1a7626725b33773f5af4d025fcb706d5c049bb6b907c');
});

test('they do not depend on what was compressed before', t => {
	const bytes = text(200_000);
	const first = deflate(bytes);
	deflate(randomBytes(largest));
	deflate(text(300_000).subarray(17));

	t.deepEqual(deflate(bytes), first);
});

test('what does not get smaller grows by 5 bytes per 64 KiB', t => {
	t.is(deflate(randomBytes(largest)).length, largest + 5 * 17);
});

test('it makes source and text nearly as small as zlib does on level 4, or smaller', t => {
	for (const bytes of [sources(), text(largest)]) {
		const ours = deflate(bytes).length;
		const theirs = deflateRawSync(bytes, {level: 4}).length;
		t.true(ours < theirs * 1.02, `${ours} and ${theirs}`);
	}
});

test('more than a mebibyte is refused', t => {
	t.throws(() => deflate(Buffer.alloc(largest + 1)), {instanceOf: RangeError});
});
