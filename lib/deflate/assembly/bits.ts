import {output} from './memory';

// The output, bit by bit: the first one is the lowest of the first byte (RFC 1951, 3.1.1).

/** Bits that are no whole byte yet, how many, and where they go. Who writes many keeps them in locals meanwhile. */
export let pending: u64 = 0;
export let pendingCount: u64 = 0;
export let position: usize = output;

export function setBits(bits: u64, count: u64, place: usize): void {
	pending = bits;
	pendingCount = count;
	position = place;
}

/** Appends at most 48 bits. */
export function put(bits: u64, count: u64): void {
	const all = pending | (bits << pendingCount);
	const total = pendingCount + count;
	store<u64>(position, all);
	setBits(all >> (total & ~7), total & 7, position + ((total >> 3) as usize));
}

/** Appends a word as the tables hold it: the number of bits above the lower 16. */
export function putWord(word: u32): void {
	put(word & 0xffff, word >> 16);
}

/** Fills the last byte. */
export function align(): void {
	if (pendingCount > 0) put(0, 8 - pendingCount);
}
