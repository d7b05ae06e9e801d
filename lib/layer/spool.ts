import {closeSync, openSync, writeSync} from 'node:fs';
import type {Bytes} from '../bytes.ts';
import {byteReader} from './byte-reader.ts';
import {openLayer} from './decompress.ts';
import {Malformed, readError} from './errors.ts';

/** A piece of a layer's uncompressed tar. */
export interface Range {
	readonly offset: number;
	readonly size: number;
}

/**
 * Copies the wanted pieces of a layer's tar into the new file `destination`, in one pass that ends with the last of them, and answers
 * where each lies there, by its offset in the tar. For COPY --from: the file is then read as any other.
 */
export async function spoolContents(
	blob: string,
	wanted: readonly Range[],
	destination: string,
): Promise<ReadonlyMap<number, number>> {
	const sorted = [...wanted].sort((one, other) => one.offset - other.offset);
	const output = openSync(destination, 'wx', 0o600);
	try {
		return await copyRanges(openLayer(blob), sorted, output);
	} catch (error) {
		throw readError(blob, error);
	} finally {
		closeSync(output);
	}
}

async function copyRanges(tar: Bytes, ranges: readonly Range[], output: number): Promise<ReadonlyMap<number, number>> {
	const places = new Map<number, number>();
	const iterator = tar[Symbol.asyncIterator]();
	const reader = byteReader(iterator);
	let written = 0;
	const advance = async (count: number, take: (piece: Buffer) => void) => {
		for (let missing = count; missing > 0; ) {
			const piece = await reader.some(missing);
			if (!piece) throw new Malformed('it ends too early');
			missing -= piece.length;
			take(piece);
		}
	};
	try {
		for (const {offset, size} of ranges) {
			if (places.has(offset)) continue;
			await advance(offset - reader.position, () => {});
			places.set(offset, written);
			await advance(size, piece => {
				written += writeSync(output, piece);
			});
		}
		return places;
	} finally {
		await iterator.return?.();
	}
}
