import {crc32} from 'node:zlib';
import test from 'ava';
import {assert, property, uint8Array} from 'fast-check';
import {combineCrc32} from '../../lib/layer/crc32.ts';

test('two checksums make that of the whole', t => {
	assert(
		property(uint8Array(), uint8Array(), (one, other) => {
			const whole = Buffer.concat([one, other]);

			return combineCrc32(crc32(one), crc32(other), other.length) === crc32(whole);
		}),
	);
	t.pass();
});

test('a second part of more than 4 GiB counts whole', t => {
	const zeros = Buffer.alloc(1 << 20);
	const ofZeros = (mebibytes: number): number =>
		mebibytes === 1
			? crc32(zeros)
			: combineCrc32(ofZeros(mebibytes / 2), ofZeros(mebibytes / 2), (mebibytes / 2) * zeros.length);

	const inTwo = combineCrc32(combineCrc32(crc32('a'), ofZeros(4096), 2 ** 32), ofZeros(4096), 2 ** 32);

	t.is(combineCrc32(crc32('a'), ofZeros(8192), 2 ** 33), inTwo);
});
