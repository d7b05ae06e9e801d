import {pending, pendingCount, position, setBits} from './bits';
import {compressBlock, storeBytes} from './block';
import {forgetMatches} from './matches';
import {input, output} from './memory';

// DEFLATE (RFC 1951) of one input after the other. Each is compressed by itself: the same bytes whatever was compressed before.

export {input, largestInput, output} from './memory';

/** Forgets the input before. */
export function begin(): void {
	setBits(0, 0, output);
	forgetMatches();
}

/** Appends bytes of the input, compressed; stored where that does not take less. Places count from the start of the input. */
export function compress(start: u32, end: u32): void {
	const bits = pending;
	const count = pendingCount;
	const place = position;
	const size = end - start;
	const stored = size + 5 * ((size + 65534) / 65535);
	for (let at = input + start; at < input + end; ) at = compressBlock(at, input + end);
	if (position - place < (stored as usize)) return;
	setBits(bits, count, place);
	keep(start, end);
}

/** Appends bytes of the input as they are. */
export function keep(start: u32, end: u32): void {
	storeBytes(input + start, input + end);
}

/** Ends at a whole byte: behind an empty stored block, as zlib's full flush has it, if it has to. Answers how many bytes it are. */
export function end(): u32 {
	if (pendingCount > 0) storeBytes(input, input);
	return (position - output) as u32;
}
