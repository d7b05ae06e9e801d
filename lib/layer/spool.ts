import {closeSync, openSync} from 'node:fs';
import {writeAll} from '../bytes.ts';
import {type Range, showContents} from './contents.ts';
import {release} from './release.ts';

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
	let written = 0;
	const output = openSync(destination, 'wx', 0o600);
	try {
		await showContents(blob, wanted, async ({offset}, content) => {
			places.set(offset, written);
			for await (const piece of content) {
				writeAll(output, piece);
				written += piece.length;
				// Of memory that is all in this piece nobody reads on.
				if (piece.length === piece.buffer.byteLength) release(piece);
			}
		});
		return places;
	} finally {
		closeSync(output);
	}
}
