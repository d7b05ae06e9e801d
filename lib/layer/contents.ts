import type {Bytes} from '../bytes.ts';
import {byteReader, nextBytes} from './byte-reader.ts';
import {openLayer} from './decompress.ts';
import {readError} from './errors.ts';

/** A piece of a layer's uncompressed tar. */
export interface Range {
	readonly offset: number;
	readonly size: number;
}

/** A piece that is at hand. */
export interface Shown<Wanted> {
	readonly range: Wanted;
	readonly content: Bytes;
}

/**
 * The wanted pieces of a layer's tar, in their order there, in one pass that ends with the last of them. What is not read of a
 * piece is passed over; of pieces with one offset, the first is shown.
 */
export async function* contentsOfLayer<Wanted extends Range>(
	blob: string,
	wanted: readonly Wanted[],
): AsyncGenerator<Shown<Wanted>, void> {
	const sorted = [...wanted].sort((one, other) => one.offset - other.offset);
	const tar = openLayer(blob)[Symbol.asyncIterator]();
	const reader = byteReader(tar);
	const passOver = (content: Bytes) => drain(named(blob, content));
	try {
		for (const range of sorted) {
			if (range.offset < reader.position) continue;
			await passOver(nextBytes(reader, range.offset - reader.position)());
			const content = nextBytes(reader, range.size);
			yield {range, content: named(blob, content())};
			await passOver(content());
		}
	} finally {
		await tar.return?.();
	}
}

/** Shows each of the wanted pieces, as `contentsOfLayer` has them. */
export async function showContents<Wanted extends Range>(
	blob: string,
	wanted: readonly Wanted[],
	show: (range: Wanted, content: Bytes) => Promise<void>,
): Promise<void> {
	for await (const {range, content} of contentsOfLayer(blob, wanted)) await show(range, content);
}

/** Errors of reading name the blob. */
async function* named(blob: string, content: Bytes): Bytes {
	try {
		yield* content;
	} catch (error) {
		throw readError(blob, error);
	}
}

async function drain(content: Bytes): Promise<void> {
	for await (const _ of content);
}
