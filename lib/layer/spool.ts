import {closeSync, openSync, writeSync} from 'node:fs';
import {byteReader} from './byte-reader.ts';
import {openLayer} from './decompress.ts';
import {readError} from './errors.ts';

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
	const places = new Map<number, number>();
	const sorted = [...wanted].sort((one, other) => one.offset - other.offset || other.size - one.size);
	const output = openSync(destination, 'wx', 0o600);
	const tar = (await openLayer(blob))[Symbol.asyncIterator]();
	try {
		const reader = byteReader(tar);
		let written = 0;
		const copy = async (count: number, keep: boolean) => {
			for (let missing = count; missing > 0; ) {
				const piece = await reader.some(missing);
				if (!piece) throw new RangeError('it ends too early');
				missing -= piece.length;
				if (keep) written += writeSync(output, piece);
			}
		};
		for (const {offset, size} of sorted) {
			if (places.has(offset)) continue;
			await copy(offset - reader.position, false);
			places.set(offset, written);
			await copy(size, true);
		}
		return places;
	} catch (error) {
		throw readError(blob, error);
	} finally {
		await tar.return?.();
		closeSync(output);
	}
}
