import {createHash} from 'node:crypto';
import type {Span} from '../deflate/deflate.ts';
import type {Digest} from '../oci/digest.ts';
import {type Encoder, largestBlock} from './encoder.ts';

/** A tar on its way into an encoder, cut into blocks. What fits the block at hand is done when a call returns; else it returns a promise. */
export interface TarBlocks {
	/** How many bytes it has so far. */
	readonly position: number;
	/** Ends the block at hand, if it has bytes. What comes next is an entry, or nothing. */
	cut(): Promise<void> | undefined;
	/** Appends a copy of `bytes`. */
	write(bytes: Uint8Array): Promise<void> | undefined;
	/**
	 * Appends `size` bytes that `read` puts into the buffer it is given, from `at` on, as many as it likes of those wanted. They are
	 * not copied on their way. `digest` is what all of them have, if that is known. Without `read` nobody cares which bytes they are.
	 */
	fill(size: number, read: Read | undefined, digest?: Digest): Promise<void> | undefined;
}

/** Answers how many bytes it put there: at most `most`, never 0. */
export type Read = (into: Buffer, at: number, most: number) => number;

/** Where blocks go. */
export type BlockSink = Pick<Encoder, 'buffer' | 'add'>;

export interface TarBlocksOptions {
	/** Whether blocks get a name, which says what is in them. */
	readonly named?: boolean;
	/** How many bytes of the tar went another way. */
	readonly position?: number;
}

/** Cuts what is written into blocks: where `cut` is called, and where one is full. */
export async function tarBlocks(
	sink: BlockSink,
	{named = false, position = 0}: TarBlocksOptions = {},
): Promise<TarBlocks> {
	let buffer = await sink.buffer();
	let used = 0;
	let before = position;
	const gathered = Buffer.allocUnsafe(named ? 64 * 1024 : 0);
	let name = named ? blockName(gathered) : undefined;
	let files: Span[] = [];

	const pass = async (endsEntry: boolean) => {
		sink.add(buffer, used, {name: name?.end(), files, endsEntry});
		before += used;
		used = 0;
		buffer = await sink.buffer();
		name = named ? blockName(gathered) : undefined;
		files = [];
	};
	const fillFrom = (read: Read, end: number) => {
		while (used < end) used += read(buffer, used, end - used);
	};
	const appendToSeveral = async (size: number, take: (start: number, end: number) => void) => {
		for (let done = 0; done < size; ) {
			if (used === largestBlock) await pass(false);
			const end = Math.min(size, done + largestBlock - used);
			take(done, end);
			done = end;
		}
	};
	/** `take` puts the bytes from `start` up to `end` into the block at hand. */
	const append = (size: number, take: (start: number, end: number) => void) => {
		if (used + size > largestBlock) return appendToSeveral(size, take);
		take(0, size);
		return undefined;
	};
	return {
		get position() {
			return before + used;
		},
		cut: () => (used === 0 ? undefined : pass(true)),
		fill(size, read, digest) {
			const take = (start: number, end: number) => {
				files.push({start: used, end: used + end - start});
				if (read) fillFrom(read, used + end - start);
				else used += end - start;
				name?.content(digest, start, end);
			};
			return append(size, take);
		},
		write(bytes) {
			const take = (start: number, end: number) => {
				const piece = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
				buffer.set(piece, used);
				used += piece.length;
				name?.bytes(piece);
			};
			return append(bytes.length, take);
		},
	};
}

/**
 * Says what is in a block by the digests of its parts, whose bytes need not be hashed again for that. Parts are gathered: to hash each by
 * itself would take longer than to write it. `gathered` is theirs until the end.
 */
function blockName(gathered: Buffer) {
	const hash = createHash('sha256');
	let used = 0;
	let isKnown = true;
	/** Makes room for a frame and so many bytes. */
	const gather = (frame: number, size: number) => {
		if (used + size + 4 > gathered.length) {
			hash.update(gathered.subarray(0, used));
			used = 0;
		}
		used = gathered.writeUInt32LE(frame, used);
	};
	return {
		/** The bytes from `start` up to `end` of what has this digest. */
		content(digest: Digest | undefined, start: number, end: number) {
			isKnown &&= digest !== undefined;
			const text = `${digest} ${start} ${end}\n`;
			gather(contentFrame, text.length);
			used += gathered.write(text, used, 'latin1');
		},
		/** At most a block. */
		bytes(bytes: Uint8Array) {
			for (let at = 0; at < bytes.length; at += longestPiece) {
				const piece = bytes.length <= longestPiece ? bytes : bytes.subarray(at, at + longestPiece);
				gather(piece.length, piece.length);
				gathered.set(piece, used);
				used += piece.length;
			}
		},
		/** Undefined if something had no digest. */
		end: () => (isKnown ? hash.update(gathered.subarray(0, used)).digest('base64') : undefined),
	};
}

/** Stands before a content; before bytes stands how many there are. */
const contentFrame = 2 ** 32 - 1;
const longestPiece = 32 * 1024;
