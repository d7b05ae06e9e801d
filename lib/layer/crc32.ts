/**
 * The CRC-32 of one text followed by another of `length` bytes, from theirs: how blocks compressed apart become one gzip
 * member (RFC 1952). Works on polynomials over GF(2) modulo that of gzip, bits reversed: appending n zero bits multiplies
 * by x^n. https://github.com/madler/zlib/blob/develop/crc32.c explains the method.
 */
export function combineCrc32(one: number, other: number, length: number): number {
	return (multiply(powerOfX(length * 8), one) ^ other) >>> 0;
}

const polynomial = 0xedb88320;
const highest = 0x80000000;

/** x^(2^n), for n from 0. */
const squares = [0x40000000];
for (let last = 0x40000000; squares.length < 64; ) {
	last = multiply(last, last);
	squares.push(last);
}

function powerOfX(exponent: number): number {
	let power = highest;
	let rest = exponent;
	for (const square of squares) {
		if (rest % 2 === 1) power = multiply(square, power);
		rest = Math.floor(rest / 2);
		if (rest === 0) break;
	}
	return power;
}

function multiply(one: number, other: number): number {
	let product = 0;
	let shifted = other;
	for (let bit = highest; bit !== 0; bit >>>= 1) {
		if (one & bit) product ^= shifted;
		shifted = shifted & 1 ? (shifted >>> 1) ^ polynomial : shifted >>> 1;
	}
	return product >>> 0;
}
