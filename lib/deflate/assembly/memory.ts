// Where in the memory of the module everything lies. It is laid out once: nothing is ever allocated.

/** Of one call, what is compressed. */
export const largestInput: usize = 1024 * 1024;

/** A multiple of 65,536: what a fresh entry of a table of matches says is then the place of a byte of the input. */
export const input: usize = 0x10000;

export const output: usize = input + largestInput;
/** More than an input comes to before it is seen that it has to be stored: a literal takes 15 bits at most, a match of four bytes 48. */
const largestOutput: usize = 3 * largestInput;

/** Literals and lengths 286, and two that never occur; distances 30, and two; lengths of code words 19 (RFC 1951, 3.2.5 to 3.2.7). */
export const literalSymbols: u32 = 288;
export const distanceSymbols: u32 = 32;
export const lengthSymbols: u32 = 19;

/** How often each symbol occurs: u32. Those of distances follow those of literals, so that one call clears both. */
export const literalCounts: usize = output + largestOutput;
export const distanceCounts: usize = literalCounts + 4 * literalSymbols;
export const lengthCounts: usize = distanceCounts + 4 * distanceSymbols;

/** How many bits the word of each symbol has: u8. */
export const literalLengths: usize = lengthCounts + 4 * lengthSymbols;
export const distanceLengths: usize = literalLengths + literalSymbols;
export const lengthLengths: usize = distanceLengths + distanceSymbols;
/** Those of the literals and, right behind them, of the distances that a header tells. */
export const toldLengths: usize = lengthLengths + 32;

/** The words: u32, the number of bits above the lower 16. */
export const literalWords: usize = toldLengths + literalSymbols + distanceSymbols;
export const distanceWords: usize = literalWords + 4 * literalSymbols;
export const lengthWords: usize = distanceWords + 4 * distanceSymbols;
/** The words of the fixed codes (RFC 1951, 3.2.6). */
export const fixedLiteralWords: usize = lengthWords + 4 * lengthSymbols;
export const fixedDistanceWords: usize = fixedLiteralWords + 4 * literalSymbols;

/** For each length of a match from 3 to 258, its symbol less 257: u8. */
export const lengthSymbolOf: usize = fixedDistanceWords + 4 * distanceSymbols;
/** For each, its word with the extra bits: u32, the number of bits above the lower 24. */
export const matchWords: usize = lengthSymbolOf + 264;

/** The told lengths as symbols: u16, the extra bits above the lower 8. */
export const told: usize = matchWords + 4 * 264;

/** Room for making a code: symbols by their counts, the nodes of the tree and their parents (u32 each), and how many words have each length. */
export const ranked: usize = told + 2 * (literalSymbols + distanceSymbols);
export const nodes: usize = ranked + 4 * literalSymbols;
export const parents: usize = nodes + 8 * literalSymbols;
export const ofLength: usize = parents + 8 * literalSymbols;
export const nextWord: usize = ofLength + 64;

/** What a block is made of: u32 how many literals, then u32 the match behind them, its length above the lower 16 bits and its distance. */
export const sequences: usize = nextWord + 64;
export const mostSequences: usize = 2500;

/**
 * Where what has a hash was last seen, by the lower 16 bits of the place: once for few bytes (u16), and twice for more of them (u32, the place
 * before in the upper half).
 */
export const hashBits: u32 = 15;
export const shortTable: usize = sequences + 8 * (mostSequences + 1);
export const longTable: usize = shortTable + (2 << hashBits);
export const tablesEnd: usize = longTable + (4 << hashBits);

/** One more of what is counted at this address. */
export function count(at: usize): void {
	store<u32>(at, load<u32>(at) + 1);
}

memory.grow((((tablesEnd + 0xffff) >> 16) as i32) - memory.size());
