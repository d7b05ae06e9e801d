import {availableParallelism} from 'node:os';
import {crc32} from 'node:zlib';
import type {Span} from '../deflate/deflate.ts';
import {type Digest, digestFromHex} from '../oci/digest.ts';
import {turns} from '../turns.ts';
import type {BlobSink} from './blob-sink.ts';
import {combineCrc32} from './crc32.ts';
import {deflating} from './deflating.ts';
import {memberHeader} from './gzip-members.ts';
import type {KnownBlock} from './known-blocks.ts';
import {noiseIn} from './noise.ts';
import {zlibBlock, zlibName} from './zlib-blocks.ts';

/** The largest block that is compressed apart, and the size of every buffer. */
export const largestBlock = 1024 * 1024;

/** Where one block lies in the tar and in the blob, and the CRC-32 of its tar bytes. */
export interface Block {
	readonly start: number;
	readonly size: number;
	readonly offset: number;
	readonly length: number;
	readonly crc: number;
}

/** A finished blob. */
export interface Encoded {
	readonly digest: Digest;
	/** SHA-256, in hex, of what was compressed. */
	readonly plain: string;
	readonly size: number;
	/** Those that came, without what it began with. */
	readonly blocks: readonly Block[];
	/** Those with names. */
	readonly known: readonly KnownBlock[];
}

/** Turns blocks into one gzip member. */
export interface Encoder {
	/** A buffer of `largestBlock` bytes to fill; waits until one is free. Gives others their turn now and then. */
	buffer(): Promise<Buffer>;
	/** Takes back a buffer whose first `size` bytes are the next block. */
	add(buffer: Buffer, size: number, facts?: BlockFacts): void;
	/** Resolves when all is written. */
	end(): Promise<Encoded>;
}

/** What is known of a block. */
export interface BlockFacts {
	/** Says what is in it. */
	readonly name?: string | undefined;
	/** Where files are in it: what of them looks like noise is stored. Always the same ones in the same block. */
	readonly files?: readonly Span[];
	/** Whether an entry of the layer begins behind it, or nothing: then how far the sums are there may be kept. */
	readonly endsEntry?: boolean;
}

export interface EncoderOptions {
	/** How many blocks may be in memory. The output does not depend on it. */
	readonly blocks?: number;
	/** zlib compresses, with this level: 0 to 9. Default: what is in deflate/, which makes the same bytes on every Node. */
	readonly level?: number | undefined;
	/** Blocks of the sink's older blob, by their names: what is the same is taken over. */
	readonly known?: ReadonlyMap<string, KnownBlock>;
	/** The blocks that the sink begins with. */
	readonly before?: readonly KnownBlock[];
}

/**
 * One gzip member of independent deflate blocks, compressed at the same time and written in order: the same bytes whatever the number of
 * threads. Each block ends with a full flush, so that it can be copied as it is into another blob; what would not get smaller is stored.
 */
export function gzipEncoder(
	sink: BlobSink,
	{blocks: limit = 2 * availableParallelism() + 2, level, known, before = []}: EncoderOptions = {},
): Encoder {
	const pause = turns();
	const table: Block[] = [];
	const named: KnownBlock[] = [...before];
	/** Which of those have a mark behind them. */
	const marked: number[] = [];
	const free: Buffer[] = [];
	const flight: InFlight[] = [];
	let {size, start, crc} = endOf(before);
	let sinceMark = 0;

	const compress = (bytes: Buffer, noise: readonly Span[]) =>
		level === undefined ? deflating(bytes, noise) : zlibBlock(bytes, noise, level);
	const emit = (bytes: Uint8Array, mark = false) => {
		size += bytes.length;
		sink.packed(bytes, mark);
	};
	const land = async () => {
		const block = flight.shift();
		if (!block) return;
		const {name, former, isMarked} = block;
		const packed = await block.packed;
		const place = {offset: size, length: former?.length ?? packed.length};
		const facts = {size: block.size, crc: block.crc};
		table.push({start, ...facts, ...place});
		if (name !== undefined) {
			named.push({name, ...facts, ...place, check: former?.check ?? crc32(packed)});
			if (isMarked) marked.push(named.length - 1);
		}
		if (former) copy(former, isMarked);
		else emit(packed, isMarked);
		crc = combineCrc32(crc, block.crc, block.size);
		start += block.size;
		await sink.passed(block.turn);
		free.push(block.buffer);
	};
	const copy = (former: KnownBlock, mark: boolean) => {
		size += former.length;
		sink.copy(former, mark);
	};
	/** What a block of this name was compressed to before, if it has the same bytes. */
	const formerOf = (name: string | undefined, length: number, crc: number) => {
		const former = name === undefined ? undefined : known?.get(name);
		return former?.size === length && former.crc === crc ? former : undefined;
	};
	/** Whether a mark is due behind a block that is added. */
	const marks = (length: number, {name, endsEntry}: BlockFacts) => {
		sinceMark += length;
		if (sinceMark < markEvery || name === undefined || !endsEntry) return false;
		sinceMark = 0;
		return true;
	};

	if (before.length === 0) emit(memberHeader);
	return {
		async buffer() {
			await pause();
			if (flight.length >= limit) await land();
			return free.pop() ?? sink.buffer(largestBlock);
		},
		add(buffer, length, facts = {}) {
			const bytes = buffer.subarray(0, length);
			const crc = crc32(bytes);
			const former = formerOf(facts.name, length, crc);
			const packed = former ? nothing : compress(bytes, noiseIn(bytes, facts.files ?? []));
			// Awaited in its turn; until then its failure is nobody's.
			packed.catch(() => {});
			const isMarked = marks(length, facts);
			const turn = sink.plain(bytes, isMarked);
			flight.push({buffer, size: length, crc, packed, former, turn, name: facts.name, isMarked});
		},
		async end() {
			while (flight.length > 0) await land();
			emit(trailer(crc, start));
			const {packed, plain, marks = []} = await sink.end();
			for (const [index, at] of marked.entries()) {
				const [block, sums] = [named[at], marks[index]];
				if (block && sums) named[at] = {...block, sums};
			}
			return {digest: digestFromHex(packed), plain, size, blocks: table, known: named};
		},
	};
}

interface InFlight {
	readonly buffer: Buffer;
	readonly size: number;
	readonly crc: number;
	/** Of one that is taken over, nothing. */
	readonly packed: Promise<Uint8Array>;
	readonly former: KnownBlock | undefined;
	/** Of the sink. */
	readonly turn: number;
	readonly name: string | undefined;
	readonly isMarked: boolean;
}

const nothing = Promise.resolve(new Uint8Array());

/** How many bytes of the tar lie between two places where the sums are kept. */
export const markEvery = 4 * 1024 * 1024;

/** What blocks at the beginning of a blob come to. */
function endOf(blocks: readonly KnownBlock[]): {size: number; start: number; crc: number} {
	const end = {size: 0, start: 0, crc: 0};
	for (const {size, crc, offset, length} of blocks) {
		end.size = offset + length;
		end.start += size;
		end.crc = combineCrc32(end.crc, crc, size);
	}
	return end;
}

/** Names what `gzipEncoder` does: the digest of packed entries is promised for one name only. */
export function encoderName(level?: number): string {
	return level === undefined ? encoder : zlibName(level);
}

/** What layers are packed with where no level of zlib is asked for. Raise its number when the bytes change that it makes. */
export const encoder = 'strata-1';

/** An empty last block, the CRC-32 and the size of the whole. */
function trailer(crc: number, size: number): Buffer {
	const bytes = Buffer.alloc(10);
	bytes.writeUInt16LE(3, 0);
	bytes.writeUInt32LE(crc, 2);
	bytes.writeUInt32LE(size % 2 ** 32, 6);
	return bytes;
}
