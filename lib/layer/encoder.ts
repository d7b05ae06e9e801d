import {availableParallelism} from 'node:os';
import {constants, crc32, deflateRaw, deflateRawSync, type ZlibOptions} from 'node:zlib';
import {type Digest, digestFromHex} from '../oci/digest.ts';
import {turns} from '../turns.ts';
import type {BlobSink} from './blob-sink.ts';
import {combineCrc32} from './crc32.ts';
import {memberHeader} from './gzip-members.ts';
import type {KnownBlock} from './known-blocks.ts';
import {noiseIn, type Span} from './noise.ts';

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
	/** Of zlib: 0 to 9. */
	readonly level?: number;
	/** Blocks of the sink's older blob, by their names: what is the same is taken over. */
	readonly known?: ReadonlyMap<string, KnownBlock>;
	/** The blocks that the sink begins with. */
	readonly before?: readonly KnownBlock[];
}

/**
 * One gzip member of independent deflate blocks, compressed at the same time by zlib's thread pool and written in order:
 * the same bytes whatever the number of threads. Each block ends with a full flush, so that it can be copied as it is into another
 * blob; what would not get smaller is stored, by us, since zlib's own stored blocks depend on the sizes of its buffers.
 */
export function gzipEncoder(
	sink: BlobSink,
	{blocks: limit = 2 * availableParallelism() + 2, level = usualLevel, known, before = []}: EncoderOptions = {},
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
			const packed = former ? nothing : compress(bytes, noiseIn(bytes, facts.files ?? []), level);
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

/**
 * The name of what `gzipEncoder` does on this Node: the digest of packed entries is promised for one name only. A Node built
 * on another zlib than its own makes other bytes (as right as ours), so it gets another name.
 */
export function encoderName(level = usualLevel): string {
	foreign ??= crc32(deflateRawSync(probe(), settings(probeSize, usualLevel))) === probeResult ? '' : '-foreign';
	return `gzip-${level}.${generation}${foreign}`;
}

/** Of zlib: nearly as small as 6, and more than twice as fast. */
export const usualLevel = 4;

/** Of the bytes that Node's own zlib makes: raise it when they change. */
const generation = 3;

/** What layers are packed with where Node has its own zlib. */
export const encoder = `gzip-${usualLevel}.${generation}`;

let foreign: '' | '-foreign' | undefined;

const probeSize = 32_768;
const probeResult = 6_525_810;

/** Text with repeats near and far, and numbers with few. */
function probe(): Buffer {
	const lines: string[] = [];
	for (let state = 1, length = 0; length < probeSize; ) {
		state = (state * 48_271) % 2_147_483_647;
		const line = `${state % 97} strata ${state % 13 === 0 ? 'layer' : 'blob'} ${state}\n`;
		lines.push(line);
		length += line.length;
	}
	return Buffer.from(lines.join('')).subarray(0, probeSize);
}

/** An empty last block, the CRC-32 and the size of the whole. */
function trailer(crc: number, size: number): Buffer {
	const bytes = Buffer.alloc(10);
	bytes.writeUInt16LE(3, 0);
	bytes.writeUInt32LE(crc, 2);
	bytes.writeUInt32LE(size % 2 ** 32, 6);
	return bytes;
}

/** Noise is stored, and what is between is compressed. */
async function compress(bytes: Buffer, noise: readonly Span[], level: number): Promise<Uint8Array> {
	const parts: (Uint8Array | Promise<Uint8Array>)[] = [];
	let start = 0;
	const deflateUpTo = (end: number) => {
		if (end > start) parts.push(deflated(bytes.subarray(start, end), level));
	};
	for (const span of noise) {
		deflateUpTo(span.start);
		parts.push(stored(bytes.subarray(span.start, span.end)));
		start = span.end;
	}
	deflateUpTo(bytes.length);
	const packed = await Promise.all(parts);
	return packed.length === 1 && packed[0] ? packed[0] : Buffer.concat(packed);
}

function deflated(bytes: Buffer, level: number): Promise<Uint8Array> {
	return new Promise((resolve, reject) => {
		deflateRaw(bytes, settings(bytes.length, level), (error, packed) => {
			if (error) reject(error);
			else resolve(packed.length < storedSize(bytes.length) ? packed : stored(bytes));
		});
	});
}

/** The output fits one chunk: where zlib runs out of room in a flush it repeats the flush's marker (zlib.h, deflate). */
function settings(size: number, level: number): ZlibOptions {
	const chunkSize = size + (size >>> 10) + 256;
	return {level, memLevel: 9, windowBits: 15, chunkSize, finishFlush: constants.Z_FULL_FLUSH};
}

/** What a stored block of deflate can hold: its length has 16 bits (RFC 1951, 3.2.4). */
const largestStored = 65_535;
const storedHeader = 5;

function storedSize(size: number): number {
	return size + storedHeader * Math.ceil(size / largestStored);
}

function stored(bytes: Buffer): Uint8Array {
	const pieces: Buffer[] = [];
	for (let at = 0; at < bytes.length; at += largestStored) {
		const piece = bytes.subarray(at, at + largestStored);
		const head = Buffer.alloc(storedHeader);
		head.writeUInt16LE(piece.length, 1);
		head.writeUInt16LE(~piece.length & 0xffff, 3);
		pieces.push(head, piece);
	}
	return Buffer.concat(pieces);
}
