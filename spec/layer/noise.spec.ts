import {createCipheriv} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import {assert, integer, property} from 'fast-check';
import {noiseIn} from '../../lib/layer/noise.ts';

/** The same in every run. */
function noise(size: number): Buffer {
	return createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16)).update(Buffer.alloc(size));
}

function text(size: number): Buffer {
	const words = Array.from({length: Math.ceil(size / 5)}, (_, index) => `${(index * 7919) % 9973} `);
	return Buffer.from(words.join('')).subarray(0, size);
}

function found(bytes: Uint8Array): readonly (readonly [number, number])[] {
	return noiseIn(bytes, [{start: 0, end: bytes.length}]).map(({start, end}) => [start, end] as const);
}

test('a file of noise is found from its first byte to its last', t => {
	t.deepEqual(found(noise(53_687)), [[0, 53_687]]);
});

test('nearly all of what is compressed already is noise', t => {
	const packed = gzipSync(readFileSync(process.execPath).subarray(0, 4_000_000));

	const bytes = found(packed).reduce((sum, [start, end]) => sum + end - start, 0);

	t.true(bytes > 0.7 * packed.length, `${bytes} of ${packed.length}`);
});

test('a long stretch of it in a file is found, up to 4 KiB', t => {
	const [before, inside] = [text(100_000), noise(200_000)];

	const [[start, end] = [0, 0], ...others] = found(Buffer.concat([before, inside, text(50_000)]));

	t.deepEqual(others, []);
	t.true(Math.abs(start - 100_000) < 4096);
	t.true(Math.abs(end - 300_000) < 4096);
});

for (const [what, bytes] of Object.entries({
	text: text(100_000),
	zeros: Buffer.alloc(100_000),
	base64: Buffer.from(noise(75_000).toString('base64')),
	'bytes that count upwards': Buffer.from(Uint8Array.from({length: 100_000}, (_, index) => index)),
	'noise that repeats itself after 100 bytes': Buffer.concat(Array.from({length: 1000}, () => noise(100))),
	'16-bit samples of a wave': Buffer.from(
		Int16Array.from({length: 50_000}, (_, index) => 20_000 * Math.sin(index / 9)).buffer,
	),
	'little noise': noise(16_383),
})) {
	test(`not found: ${what}`, t => {
		t.deepEqual(found(bytes), []);
	});
}

test('what is outside of files is not looked at, and a file is judged alike wherever it stands', t => {
	const [file, other] = [noise(40_000), text(40_000)];

	assert(
		property(integer({min: 0, max: 9000}), before => {
			const block = Buffer.concat([noise(before), file, other]);
			const [start, end] = [before, before + file.length];
			const spans = noiseIn(block, [
				{start, end},
				{start: end, end: block.length},
			]);
			t.deepEqual(spans, [{start, end}]);
		}),
	);
});
