import {nextWord, nodes, ofLength, parents, ranked} from './memory';

// Prefix codes by Huffman's method, no word longer than wanted, canonical (RFC 1951, 3.2.2).

/** The lengths of the words of a code for symbols that occur as often as counted. It is complete, also for less than two symbols. */
export function makeLengths(counts: usize, symbols: u32, longest: u32, lengths: usize): void {
	memory.fill(lengths, 0, symbols);
	const used = rank(counts, symbols);
	if (used < 2) {
		const only = used === 1 ? symbolAt(0) : 0;
		store<u8>(lengths + only, 1);
		store<u8>(lengths + (only === 0 ? 1 : 0), 1);
		return;
	}
	growTree(used);
	measureTree(used, longest);
	shorten(longest);
	let at: u32 = 0;
	for (let length = longest; length > 0; length--) {
		for (let left = wordsOf(length); left > 0; left--) store<u8>(lengths + symbolAt(at++), length as u8);
	}
}

/** The words of the code with these lengths, each with its number of bits above the lower 16. */
export function makeWords(lengths: usize, symbols: u32, words: usize): void {
	memory.fill(ofLength, 0, 64);
	for (let symbol: u32 = 0; symbol < symbols; symbol++) addWords(load<u8>(lengths + symbol), 1);
	store<u32>(ofLength, 0);
	let next: u32 = 0;
	for (let length: u32 = 1; length < 16; length++) {
		next = (next + wordsOf(length - 1)) << 1;
		store<u32>(nextWord + 4 * length, next);
	}
	for (let symbol: u32 = 0; symbol < symbols; symbol++) {
		const length: u32 = load<u8>(lengths + symbol);
		const at = nextWord + 4 * length;
		const word = load<u32>(at);
		store<u32>(at, word + 1);
		store<u32>(words + 4 * symbol, length === 0 ? 0 : reversed(word, length) | (length << 16));
	}
}

/** Sorts the symbols that occur by how often they do, rare ones first, and answers how many there are. */
function rank(counts: usize, symbols: u32): u32 {
	let used: u32 = 0;
	for (let symbol: u32 = 0; symbol < symbols; symbol++) {
		const count = load<u32>(counts + 4 * symbol);
		if (count > 0) store<u32>(ranked + 4 * used++, (count << 9) | symbol);
	}
	// By Shell's method.
	for (let gap: u32 = 57; gap > 0; gap = gap === 1 ? 0 : (gap * 4) / 9) {
		for (let from = gap; from < used; from++) {
			const item = load<u32>(ranked + 4 * from);
			let to = from;
			for (; to >= gap && load<u32>(ranked + 4 * (to - gap)) > item; to -= gap) {
				store<u32>(ranked + 4 * to, load<u32>(ranked + 4 * (to - gap)));
			}
			store<u32>(ranked + 4 * to, item);
		}
	}
	return used;
}

function symbolAt(place: u32): u32 {
	return load<u32>(ranked + 4 * place) & 511;
}

/** Joins the two rarest nodes until one is left: leaves stand in their order, and so do the inner nodes behind them. */
function growTree(used: u32): void {
	for (let at: u32 = 0; at < used; at++) store<u32>(nodes + 4 * at, load<u32>(ranked + 4 * at) >> 9);
	let leaf: u32 = 0;
	let inner = used;
	for (let made = used; made < 2 * used - 1; made++) {
		let sum: u32 = 0;
		for (let child = 0; child < 2; child++) {
			const isLeaf = leaf < used && (inner >= made || load<u32>(nodes + 4 * leaf) <= load<u32>(nodes + 4 * inner));
			const rarest = isLeaf ? leaf++ : inner++;
			sum += load<u32>(nodes + 4 * rarest);
			store<u32>(parents + 4 * rarest, made);
		}
		store<u32>(nodes + 4 * made, sum);
	}
}

/** Counts how many leaves are how deep, none deeper than `longest`. */
function measureTree(used: u32, longest: u32): void {
	memory.fill(ofLength, 0, 64);
	const root: u32 = 2 * used - 2;
	store<u32>(nodes + 4 * root, 0);
	for (let at = root; at-- > 0; ) {
		const depth = load<u32>(nodes + 4 * load<u32>(parents + 4 * at)) + 1;
		store<u32>(nodes + 4 * at, depth);
		if (at < used) addWords(min(depth, longest), 1);
	}
}

/** Cutting words down to `longest` bits has made more than there are: others become longer until all fit (Kraft's sum is one). */
function shorten(longest: u32): void {
	let sum: u32 = 0;
	for (let length: u32 = 1; length <= longest; length++) sum += wordsOf(length) << (longest - length);
	for (; sum > (1 as u32) << longest; sum--) {
		let length = longest - 1;
		while (wordsOf(length) === 0) length--;
		// A word and one of the longest become two words that are a bit longer than it was.
		addWords(length, -1);
		addWords(length + 1, 2);
		addWords(longest, -1);
	}
}

function wordsOf(length: u32): u32 {
	return load<u32>(ofLength + 4 * length);
}

function addWords(length: u32, change: i32): void {
	store<u32>(ofLength + 4 * length, wordsOf(length) + change);
}

/** Words are written highest bit first. */
function reversed(word: u32, bits: u32): u32 {
	let result: u32 = 0;
	for (let bit: u32 = 0; bit < bits; bit++) result |= ((word >> bit) & 1) << (bits - 1 - bit);
	return result;
}
