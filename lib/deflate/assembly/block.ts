import {align, pending, pendingCount, position, put, putWord, setBits} from './bits';
import {blockEnd, findMatches, learn, sequencesEnd} from './matches';
import {
	count,
	distanceCounts,
	distanceLengths,
	distanceSymbols,
	distanceWords,
	fixedDistanceWords,
	fixedLiteralWords,
	lengthCounts,
	lengthLengths,
	lengthSymbolOf,
	lengthSymbols,
	lengthWords,
	literalCounts,
	literalLengths,
	literalSymbols,
	literalWords,
	matchWords,
	sequences,
	told,
	toldLengths,
} from './memory';
import {makeLengths, makeWords} from './prefix-code';
import {distanceExtraBits, distanceSymbol, lengthExtraBits} from './symbols';

const endOfBlock: u32 = 256;
/** No word of a block has more bits, and none of those that tell their lengths. */
const longestWord: u32 = 15;
const longestLengthWord: u32 = 7;

/** The order in which a header tells the lengths of the words that tell lengths (RFC 1951, 3.2.7). */
const order = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** What of the codes a header tells: so many words of each, and where its symbols end in `told`. */
let literalsTold: u32 = 0;
let distancesTold: u32 = 0;
let lengthsTold: u32 = 0;
let toldEnd: usize = told;

makeFixedCodes();

/** Compresses what begins at `start`, as far as one block goes, in the code that takes less bits. Answers where it ends. */
export function compressBlock(start: usize, end: usize): usize {
	memory.fill(literalCounts, 0, 4 * (literalSymbols + distanceSymbols));
	store<u32>(literalCounts + 4 * endOfBlock, 1);
	findMatches(start, end);
	makeLengths(literalCounts, literalSymbols, longestWord, literalLengths);
	makeLengths(distanceCounts, distanceSymbols, longestWord, distanceLengths);
	makeWords(literalLengths, literalSymbols, literalWords);
	makeWords(distanceLengths, distanceSymbols, distanceWords);
	const own = prepareHeader() + bitsIn(literalWords, distanceWords);
	if (own < bitsIn(fixedLiteralWords, fixedDistanceWords)) {
		put(0b100, 3);
		writeHeader();
		writeBody(start, literalWords, distanceWords);
	} else {
		put(0b010, 3);
		writeBody(start, fixedLiteralWords, fixedDistanceWords);
	}
	learnCosts();
	return blockEnd;
}

/** Appends bytes as they are, in blocks of at most 65,535 (RFC 1951, 3.2.4): in an empty one if there are none. */
export function storeBytes(start: usize, end: usize): void {
	let from = start;
	do {
		const size = min(end - from, 65535);
		put(0b000, 3);
		align();
		store<u16>(position, size as u16);
		store<u16>(position, ~size as u16, 2);
		memory.copy(position + 4, from, size);
		setBits(0, 0, position + 4 + size);
		from += size;
	} while (from < end);
}

/** All words of the block, without the extra bits, which every code needs. */
function bitsIn(literals: usize, distances: usize): u32 {
	let bits: u32 = 0;
	for (let symbol: u32 = 0; symbol < literalSymbols; symbol++) {
		bits += load<u32>(literalCounts + 4 * symbol) * (load<u32>(literals + 4 * symbol) >> 16);
	}
	for (let symbol: u32 = 0; symbol < distanceSymbols; symbol++) {
		bits += load<u32>(distanceCounts + 4 * symbol) * (load<u32>(distances + 4 * symbol) >> 16);
	}
	return bits;
}

function learnCosts(): void {
	let literals: u32 = 0;
	let bits: u32 = 0;
	for (let byte: u32 = 0; byte < 256; byte++) {
		const times = load<u32>(literalCounts + 4 * byte);
		literals += times;
		bits += times * load<u8>(literalLengths + byte);
	}
	if (literals > 0) learn((8 * bits) / literals);
}

/** Finds how the codes are told (RFC 1951, 3.2.7), and answers how many bits that takes. */
function prepareHeader(): u32 {
	literalsTold = literalSymbols;
	while (load<u8>(literalLengths + literalsTold - 1) === 0) literalsTold--;
	distancesTold = distanceSymbols;
	while (distancesTold > 1 && load<u8>(distanceLengths + distancesTold - 1) === 0) distancesTold--;
	memory.copy(toldLengths, literalLengths, literalsTold);
	memory.copy(toldLengths + literalsTold, distanceLengths, distancesTold);
	memory.fill(lengthCounts, 0, 4 * lengthSymbols);
	tellRuns(literalsTold + distancesTold);
	makeLengths(lengthCounts, lengthSymbols, longestLengthWord, lengthLengths);
	makeWords(lengthLengths, lengthSymbols, lengthWords);
	lengthsTold = lengthSymbols;
	while (lengthsTold > 4 && lengthOfLength(lengthsTold - 1) === 0) lengthsTold--;
	let bits: u32 = 5 + 5 + 4 + 3 * lengthsTold;
	for (let symbol: u32 = 0; symbol < lengthSymbols; symbol++) {
		bits += load<u32>(lengthCounts + 4 * symbol) * (load<u8>(lengthLengths + symbol) + repeatBits(symbol));
	}
	return bits;
}

function lengthOfLength(place: u32): u32 {
	return load<u8>(lengthLengths + load<u8>(order + place));
}

/** Of the symbols that tell a repetition. */
function repeatBits(symbol: u32): u32 {
	return symbol === 16 ? 2 : symbol === 17 ? 3 : symbol === 18 ? 7 : 0;
}

/** The lengths that are told, as symbols. */
function tellRuns(lengths: u32): void {
	toldEnd = told;
	for (let at: u32 = 0; at < lengths; ) {
		const length: u32 = load<u8>(toldLengths + at);
		let left: u32 = 1;
		while (at + left < lengths && load<u8>(toldLengths + at + left) === length) left++;
		at += left;
		if (length > 0) {
			tell(length, 0);
			left--;
		}
		while (left >= 3) {
			const most: u32 = length > 0 ? 6 : left < 11 ? 10 : 138;
			const run = min(left, most);
			if (length > 0) tell(16, run - 3);
			else if (run < 11) tell(17, run - 3);
			else tell(18, run - 11);
			left -= run;
		}
		for (; left > 0; left--) tell(length, 0);
	}
}

function tell(symbol: u32, extra: u32): void {
	store<u16>(toldEnd, (symbol | (extra << 8)) as u16);
	toldEnd += 2;
	count(lengthCounts + 4 * symbol);
}

function writeHeader(): void {
	put(literalsTold - 257, 5);
	put(distancesTold - 1, 5);
	put(lengthsTold - 4, 4);
	for (let place: u32 = 0; place < lengthsTold; place++) put(lengthOfLength(place), 3);
	for (let at = told; at < toldEnd; at += 2) {
		const symbol: u32 = load<u8>(at);
		putWord(load<u32>(lengthWords + 4 * symbol));
		put(load<u8>(at, 1), repeatBits(symbol));
	}
}

/** All that was found, and the end of the block. */
function writeBody(start: usize, literals: usize, distances: usize): void {
	makeMatchWords(literals);
	let bits = pending;
	let held = pendingCount;
	let to = position;
	let from = start;
	for (let at = sequences; ; at += 8) {
		const isLast = at === sequencesEnd;
		const stop = isLast ? blockEnd : from + load<u32>(at);
		// Three words at a time have at most 45 bits, and 7 are left from before.
		for (; from + 3 <= stop; from += 3) {
			const first: u64 = load<u32>(literals + 4 * (load<u8>(from) as usize));
			const second: u64 = load<u32>(literals + 4 * (load<u8>(from, 1) as usize));
			const third: u64 = load<u32>(literals + 4 * (load<u8>(from, 2) as usize));
			bits |= (first & 0xffff) << held;
			held += first >> 16;
			bits |= (second & 0xffff) << held;
			held += second >> 16;
			bits |= (third & 0xffff) << held;
			held += third >> 16;
			store<u64>(to, bits);
			to += (held >> 3) as usize;
			bits >>= held & ~7;
			held &= 7;
		}
		for (; from < stop; from++) {
			const word: u64 = load<u32>(literals + 4 * (load<u8>(from) as usize));
			bits |= (word & 0xffff) << held;
			held += word >> 16;
		}
		store<u64>(to, bits);
		to += (held >> 3) as usize;
		bits >>= held & ~7;
		held &= 7;
		if (isLast) break;
		const match = load<u32>(at, 4);
		const length = match >> 16;
		const distance = (match & 0xffff) - 1;
		const symbol = distanceSymbol(distance);
		const extra: u64 = distanceExtraBits(symbol);
		const lengthWord: u64 = load<u32>(matchWords + 4 * length);
		const word: u64 = load<u32>(distances + 4 * symbol);
		bits |= (lengthWord & 0xffffff) << held;
		held += lengthWord >> 24;
		bits |= (word & 0xffff) << held;
		held += word >> 16;
		bits |= ((distance as u64) & (((1 as u64) << extra) - 1)) << held;
		held += extra;
		store<u64>(to, bits);
		to += (held >> 3) as usize;
		bits >>= held & ~7;
		held &= 7;
		from += length;
	}
	setBits(bits, held, to);
	putWord(load<u32>(literals + 4 * endOfBlock));
}

/** The word of each length of a match in this code, with its extra bits. */
function makeMatchWords(literals: usize): void {
	for (let length: u32 = 3; length <= 258; length++) {
		const symbol: u32 = load<u8>(lengthSymbolOf + length);
		const word = load<u32>(literals + 4 * (257 + symbol));
		const extraBits = lengthExtraBits(symbol);
		const extra = (length - 3) & ((1 << extraBits) - 1);
		const bits = word >> 16;
		store<u32>(matchWords + 4 * length, (word & 0xffff) | (extra << bits) | ((bits + extraBits) << 24));
	}
}

function makeFixedCodes(): void {
	memory.fill(literalLengths, 8, 144);
	memory.fill(literalLengths + 144, 9, 112);
	memory.fill(literalLengths + 256, 7, 24);
	memory.fill(literalLengths + 280, 8, 8);
	memory.fill(distanceLengths, 5, 32);
	makeWords(literalLengths, literalSymbols, fixedLiteralWords);
	makeWords(distanceLengths, distanceSymbols, fixedDistanceWords);
}
