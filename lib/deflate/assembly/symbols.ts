import {lengthSymbolOf} from './memory';

/** Of a distance less one (RFC 1951, 3.2.5): two symbols for each number of bits. */
export function distanceSymbol(distance: u32): u32 {
	const highest: u32 = 31 - clz(distance | 2);
	return distance < 2 ? distance : 2 * highest + ((distance >> (highest - 1)) & 1);
}

export function distanceExtraBits(symbol: u32): u32 {
	return symbol < 2 ? 0 : (symbol >> 1) - 1;
}

/** Of the symbol of a length less 257. The longest one has a symbol to itself. */
export function lengthExtraBits(symbol: u32): u32 {
	return symbol < 8 || symbol === 28 ? 0 : (symbol >> 2) - 1;
}

for (let length: u32 = 3; length <= 258; length++) {
	const highest: u32 = length < 7 ? 2 : 31 - clz(length - 3);
	const symbol =
		length === 258 ? 28 : length < 7 ? length - 3 : 4 * (highest - 1) + (((length - 3) >> (highest - 2)) & 3);
	store<u8>(lengthSymbolOf + length, symbol as u8);
}
