import {createHash} from 'node:crypto';
import {type DiffID, diffIDFromHex} from '../oci/digest.ts';
import {type Encoded, type Encoder, largestBlock} from './encoder.ts';

/** A tar on its way into an encoder, cut into blocks. */
export interface TarBlocks {
	/** How many bytes it has so far. */
	readonly position: number;
	/** Ends the block at hand, if it has bytes. */
	cut(): Promise<void>;
	/** Appends a copy of `bytes`. */
	write(bytes: Uint8Array): Promise<void>;
	/**
	 * Appends `size` bytes that `read` puts into the buffers it is given, as many as it likes of each. They are
	 * not copied on their way.
	 */
	fill(size: number, read: (into: Buffer) => number): Promise<void>;
	end(): Promise<Encoded & {readonly diffID: DiffID}>;
}

/** Cuts what is written into blocks: where `cut` is called, and where one is full. */
export async function tarBlocks(encoder: Encoder): Promise<TarBlocks> {
	const hash = createHash('sha256');
	let buffer = await encoder.buffer();
	let used = 0;
	let before = 0;

	const cut = async () => {
		if (used === 0) return;
		hash.update(buffer.subarray(0, used));
		encoder.add(buffer, used);
		before += used;
		used = 0;
		buffer = await encoder.buffer();
	};
	const fill = async (size: number, read: (into: Buffer) => number) => {
		for (let missing = size; missing > 0; ) {
			if (used === largestBlock) await cut();
			const count = read(buffer.subarray(used, Math.min(used + missing, largestBlock)));
			used += count;
			missing -= count;
		}
	};
	return {
		get position() {
			return before + used;
		},
		cut,
		fill,
		async write(bytes) {
			let at = 0;
			await fill(bytes.length, into => {
				into.set(bytes.subarray(at, at + into.length));
				at += into.length;
				return into.length;
			});
		},
		async end() {
			await cut();
			return {...(await encoder.end()), diffID: diffIDFromHex(hash.digest('hex'))};
		},
	};
}
