import {createHash} from 'node:crypto';
import {type DiffID, type Digest, diffIDFromHex} from '../oci/digest.ts';
import {type Encoded, type Encoder, largestBlock} from './encoder.ts';
import type {Span} from './noise.ts';

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
	 * not copied on their way. `digest` is what all of them have, if that is known.
	 */
	fill(size: number, read: (into: Buffer) => number, digest?: Digest): Promise<void>;
	end(): Promise<Encoded & {readonly diffID: DiffID}>;
}

export interface TarBlocksOptions {
	/** Whether blocks get a name, which says what is in them. */
	readonly named?: boolean;
}

/** Cuts what is written into blocks: where `cut` is called, and where one is full. */
export async function tarBlocks(encoder: Encoder, {named = false}: TarBlocksOptions = {}): Promise<TarBlocks> {
	let buffer = await encoder.buffer();
	let used = 0;
	let before = 0;
	let name = named ? blockName() : undefined;
	let files: Span[] = [];

	const cut = async () => {
		if (used === 0) return;
		encoder.add(buffer, used, {name: name?.end(), files});
		before += used;
		used = 0;
		buffer = await encoder.buffer();
		name = named ? blockName() : undefined;
		files = [];
	};
	/** Appends what `read` gives; `told` hears which part of it is in a block. */
	const append = async (size: number, read: (into: Buffer) => number, told: (start: number, end: number) => void) => {
		let start = 0;
		for (let done = 0; done < size; ) {
			if (used === largestBlock) {
				told(start, done);
				await cut();
				start = done;
			}
			const count = read(buffer.subarray(used, Math.min(used + size - done, largestBlock)));
			used += count;
			done += count;
		}
		told(start, size);
	};
	return {
		get position() {
			return before + used;
		},
		cut,
		fill: (size, read, digest) =>
			append(size, read, (start, end) => {
				name?.content(digest, start, end);
				files.push({start: used - (end - start), end: used});
			}),
		async write(bytes) {
			let at = 0;
			const copy = (into: Buffer) => {
				into.set(bytes.subarray(at, at + into.length));
				at += into.length;
				return into.length;
			};
			await append(bytes.length, copy, (start, end) => name?.bytes(bytes.subarray(start, end)));
		},
		async end() {
			await cut();
			const encoded = await encoder.end();
			return {...encoded, diffID: diffIDFromHex(encoded.plain)};
		},
	};
}

/** Says what is in a block by the digests of its parts, whose bytes need not be hashed again for that. */
function blockName() {
	const hash = createHash('sha256');
	let isKnown = true;
	return {
		/** The bytes from `start` up to `end` of what has this digest. */
		content(digest: Digest | undefined, start: number, end: number) {
			isKnown &&= digest !== undefined;
			hash.update(`${digest} ${start} ${end}\n`);
		},
		bytes(bytes: Uint8Array) {
			hash.update(`${bytes.length}\n`).update(bytes);
		},
		/** Undefined if something had no digest. */
		end: () => (isKnown ? hash.digest('base64') : undefined),
	};
}
