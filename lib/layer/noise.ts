import type {Span} from '../deflate/deflate.ts';

/** What is judged by one sample, from its middle. */
const piece = 4096;
const sampleSize = 512;

/** Shorter noise is not worth it: some of what looks like it would get smaller after all. */
const shortest = 4 * piece;

/**
 * Where in these spans are long stretches that would be compressed in vain, as of what is compressed or encrypted already: they look like
 * noise in one place of every 4 KiB. Depends on the bytes of each span alone.
 */
export function noiseIn(bytes: Uint8Array, spans: readonly Span[]): readonly Span[] {
	return spans.filter(({start, end}) => end - start >= shortest).flatMap(span => stretches(bytes, span));
}

function stretches(bytes: Uint8Array, {start, end}: Span): readonly Span[] {
	const found: Span[] = [];
	let from = start;
	const close = (to: number) => {
		if (to - from >= shortest) found.push({start: from, end: to});
	};
	for (let at = start; at < end; at += piece) {
		const middle = Math.min(at + (piece - sampleSize) / 2, end - sampleSize);
		if (isNoise(bytes, middle)) continue;
		close(at);
		from = at + piece;
	}
	close(end);
	return found;
}

/**
 * Pearson's chi-squared of 512 random bytes: 255 in the mean, give or take 23. What DEFLATE makes a tenth smaller has 400, text some
 * thousands, and what counts upwards 0.
 */
const leastChiSquared = 150;
const mostChiSquared = 335;

const counts = new Uint16Array(256);

function isNoise(bytes: Uint8Array, start: number): boolean {
	counts.fill(0);
	for (let at = start; at < start + sampleSize; at++) {
		const value = bytes[at] ?? 0;
		counts[value] = (counts[value] ?? 0) + 1;
	}
	let squares = 0;
	for (let value = 0; value < counts.length; value++) squares += (counts[value] ?? 0) ** 2;
	const chiSquared = (squares * counts.length) / sampleSize - sampleSize;
	return chiSquared >= leastChiSquared && chiSquared <= mostChiSquared;
}
