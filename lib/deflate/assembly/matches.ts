import {
	count,
	distanceCounts,
	hashBits,
	input,
	lengthSymbolOf,
	literalCounts,
	longTable,
	mostSequences,
	sequences,
	shortTable,
	tablesEnd,
} from './memory';
import {distanceSymbol} from './symbols';

// What was there before is told as a match. Three places are looked at: where the next four bytes were last seen, and the last two
// where the next seven were.

const shortBytes: u64 = 4;
const longBytes: u64 = 7;

/** Of RFC 1951: how far back a match can be, and how long it can be. */
const farthest: usize = 32768;
const longestMatch: usize = 258;

/** For a longer match none is looked for a byte later. */
const longEnough: u32 = 8;

/** So close to the end there are only literals: eight bytes can be read from each place where a match begins, and from the next few. */
const margin: usize = 12;

/** A block describes no more than this: what comes later may need another code. */
const largestBlock: usize = 65536;

/** Of a new block: behind its last sequence, and where it ends. What no match follows are literals. */
export let sequencesEnd: usize = sequences;
export let blockEnd: usize = input;

/** A match of four bytes that is farther back costs more than the four. */
let farthestOfFour: usize = 4096;

export function forgetMatches(): void {
	memory.fill(shortTable, 0, tablesEnd - shortTable);
	farthestOfFour = 4096;
}

/** Literals of the block before had so many bits, in halves, on average of four. */
export function learn(halfBitsOfFour: u32): void {
	// A match has a word for its length, one for its distance, and a bit for each time that the distance doubles.
	const left = (halfBitsOfFour as i32) - 25;
	if (left < 0) farthestOfFour = 0;
	else if (left >= 30) farthestOfFour = farthest;
	else farthestOfFour = (((left & 1) + 2) << (left >> 1)) >> 1;
}

/** Describes what begins at `start`, as far as one block goes, in sequences, and counts their symbols. */
export function findMatches(start: usize, end: usize): void {
	const last = end - start < margin ? start : end - margin;
	const stop = min(last, start + largestBlock);
	const far = farthestOfFour;
	const lastSequence = sequences + 8 * mostSequences;
	let sequence = sequences;
	let literals = start;
	let place = start;
	while (place < stop && sequence < lastSequence) {
		look(place);
		if (found < 5 && (found < 4 || distance > far)) {
			count(literalCounts + 4 * (load<u8>(place) as usize));
			place++;
			continue;
		}
		let length = found < 8 ? found : longest(place, end);
		let back = distance;
		while (length < longEnough) {
			look(place + 1);
			if (found <= length) break;
			count(literalCounts + 4 * (load<u8>(place) as usize));
			place++;
			length = found < 8 ? found : longest(place, end);
			back = distance;
		}
		count(literalCounts + 4 * ((257 + load<u8>(lengthSymbolOf + length)) as usize));
		count(distanceCounts + 4 * distanceSymbol((back as u32) - 1));
		store<u32>(sequence, (place - literals) as u32);
		store<u32>(sequence, (length << 16) | (back as u32), 4);
		sequence += 8;
		literals = place + length;
		if (literals < last) enter(place + 1, literals);
		place = literals;
	}
	if (place >= last) {
		for (; place < end; place++) count(literalCounts + 4 * (load<u8>(place) as usize));
	}
	sequencesEnd = sequence;
	blockEnd = place;
}

/** The best match at a place: how many of the next eight bytes are the same, and how far back. */
let found: u32 = 0;
let distance: usize = 0;
/** How far back the next seven bytes may have been, and before. */
let recent: usize = 0;
let earlier: usize = 0;

/** Finds the best match at a place, and enters that into the tables. Of equal ones it takes the nearest. */
function look(place: usize): void {
	const bytes = load<u64>(place);
	const short = shortEntry(bytes);
	const long = longEntry(bytes);
	const places = load<u32>(long);
	const near = (place - load<u16>(short)) & 0xffff;
	recent = (place - places) & 0xffff;
	earlier = (place - (places >> 16)) & 0xffff;
	store<u16>(short, place as u16);
	store<u32>(long, (places << 16) | (place as u16 as u32));
	let most = alike(place, near, bytes);
	let back = near;
	const ofRecent = alike(place, recent, bytes);
	back = select<usize>(recent, back, ofRecent > most);
	most = max(most, ofRecent);
	const ofEarlier = alike(place, earlier, bytes);
	back = select<usize>(earlier, back, ofEarlier > most);
	found = max(most, ofEarlier);
	distance = back;
}

function shortEntry(bytes: u64): usize {
	return shortTable + 2 * (hash(bytes << (64 - 8 * shortBytes)) as usize);
}

function longEntry(bytes: u64): usize {
	return longTable + 4 * (hash(bytes << (64 - 8 * longBytes)) as usize);
}

/** By Fibonacci's method: the multiplier is 2^64 divided by the golden ratio. */
function hash(bytes: u64): u64 {
	// biome-ignore lint/correctness/noPrecisionLoss: here numbers have 64 bits
	return (bytes * 0x9e3779b97f4a7c15) >> (64 - (hashBits as u64));
}

/** How many of eight bytes are the same that far back: none where that is too far, or here. */
function alike(place: usize, back: usize, bytes: u64): u32 {
	const same = (ctz(load<u64>(place - back) ^ bytes) >> 3) as u32;
	return select<u32>(same, 0, back - 1 < farthest);
}

/** The whole length of the best match at a place, of at least eight bytes. Others that begin so may be longer. */
function longest(place: usize, end: usize): u32 {
	const bytes = load<u64>(place);
	let length = lengthOf(place, distance, end);
	for (let other = 0; other < 2; other++) {
		const back = other === 0 ? recent : earlier;
		if (back === distance || alike(place, back, bytes) < 8) continue;
		const longer = lengthOf(place, back, end);
		if (longer <= length) continue;
		length = longer;
		distance = back;
	}
	return length;
}

/** Of a match of at least eight bytes. */
function lengthOf(place: usize, back: usize, end: usize): u32 {
	const most = min(longestMatch, end - place);
	let length: usize = 8;
	for (; length + 8 <= most; length += 8) {
		const difference = load<u64>(place + length) ^ load<u64>(place - back + length);
		if (difference !== 0) return (length + ((ctz(difference) >> 3) as usize)) as u32;
	}
	while (length < most && load<u8>(place + length) === load<u8>(place - back + length)) length++;
	return length as u32;
}

/** So that they can be found, too, the places of a match. */
function enter(start: usize, end: usize): void {
	for (let place = start; place < end; place++) {
		const bytes = load<u64>(place);
		const long = longEntry(bytes);
		store<u16>(shortEntry(bytes), place as u16);
		store<u32>(long, (load<u32>(long) << 16) | (place as u16 as u32));
	}
}
