import type {Bytes} from '../bytes.ts';
import {Malformed} from './errors.ts';

/** Content read by counted pieces. */
export interface ByteReader {
	/** How many bytes have been read. */
	readonly position: number;
	/** Exactly `count` bytes; undefined if the content has ended. Throws `Malformed` if it ends in between. */
	exactly(count: number): Promise<Buffer | undefined>;
	/** Between 1 and `most` bytes, without a copy; undefined if the content has ended. Valid until the next call. */
	some(most: number): Promise<Buffer | undefined>;
}

/** Reads `content` by counted pieces. Whoever stops before its end closes it with `content`'s own iterator. */
export function byteReader(content: AsyncIterator<Uint8Array>): ByteReader {
	let chunk: Buffer = Buffer.alloc(0);
	let position = 0;

	const some = async (most: number) => {
		while (chunk.length === 0) {
			const next = await content.next();
			if (next.done) return undefined;
			chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
		}
		const piece = chunk.subarray(0, most);
		chunk = chunk.subarray(piece.length);
		position += piece.length;
		return piece;
	};

	const exactly = async (count: number) => {
		const first = await some(count);
		if (first === undefined || first.length === count) return first;
		const pieces = [Buffer.from(first)];
		for (let missing = count - first.length; missing > 0; ) {
			const piece = await some(missing);
			if (piece === undefined) throw new Malformed('it ends too early');
			pieces.push(Buffer.from(piece));
			missing -= piece.length;
		}
		return Buffer.concat(pieces);
	};

	return {
		get position() {
			return position;
		},
		some,
		exactly,
	};
}

/** The next `size` bytes as they come; iterated once more, what is left of them. Throws `Malformed` if there are fewer. */
export function nextBytes({some}: ByteReader, size: number): () => Bytes {
	let missing = size;
	return async function* () {
		while (missing > 0) {
			const piece = await some(missing);
			if (piece === undefined) throw new Malformed('it ends too early');
			missing -= piece.length;
			yield piece;
		}
	};
}

/** Passes over the next `count` bytes. Throws `Malformed` if there are fewer. */
export async function skip(reader: ByteReader, count: number): Promise<void> {
	for await (const _ of nextBytes(reader, count)());
}

/** Content on its way to someone else, shown to `look` chunk by chunk. */
export async function* tapped(content: Bytes, look: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array, void> {
	for await (const chunk of content) {
		look(chunk);
		yield chunk;
	}
}
