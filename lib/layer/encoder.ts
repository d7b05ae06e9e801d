import {createHash, webcrypto} from 'node:crypto';
import {availableParallelism} from 'node:os';
import {constants, crc32, deflateRaw, deflateRawSync, type ZlibOptions} from 'node:zlib';
import {type Digest, digestFromHex} from '../oci/digest.ts';
import {combineCrc32} from './crc32.ts';
import type {KnownBlock} from './known-blocks.ts';

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
	readonly size: number;
	readonly blocks: readonly Block[];
	/** What the blocks can be known again by, if that was asked for. */
	readonly known: readonly KnownBlock[];
}

/** Turns blocks into one gzip member. */
export interface Encoder {
	/** A buffer of `largestBlock` bytes to fill; waits until one is free. */
	buffer(): Promise<Buffer>;
	/** Takes back a buffer whose first `size` bytes are the next block. */
	add(buffer: Buffer, size: number): void;
	/** Resolves when all is written. */
	end(): Promise<Encoded>;
}

export interface EncoderOptions {
	/** Called in order, with bytes that are not used again. */
	readonly write: (bytes: Uint8Array) => void;
	/** How many blocks may be in memory. The output does not depend on it. */
	readonly blocks?: number;
	/** Whether blocks are to be known again by their hashes. */
	readonly hashed?: boolean;
	/** What this encoder made of a block with this hash before, if that is there. */
	readonly known?: ((hash: string) => Promise<Uint8Array | undefined>) | undefined;
}

/**
 * One gzip member of independent deflate blocks, compressed at the same time by zlib's thread pool and written in order:
 * the same bytes whatever the number of threads. Each block ends with a full flush, so that it can be copied as it is into another
 * blob; what does not get smaller is stored, by us, since zlib's own stored blocks depend on the sizes of its buffers.
 */
export function gzipEncoder({
	write,
	blocks: limit = 2 * availableParallelism() + 2,
	hashed = false,
	known,
}: EncoderOptions): Encoder {
	const hash = createHash('sha256');
	const table: Block[] = [];
	const marks: KnownBlock[] = [];
	const free: Buffer[] = [];
	const flight: InFlight[] = [];
	let size = 0;
	let start = 0;
	let crc = 0;

	const emit = (bytes: Uint8Array) => {
		hash.update(bytes);
		write(bytes);
		size += bytes.length;
	};
	const land = async () => {
		const block = flight.shift();
		if (!block) return;
		const packed = await block.packed;
		const place = {offset: size, length: packed.length};
		table.push({start, size: block.size, ...place, crc: block.crc});
		if (block.hash) marks.push({hash: await block.hash, ...place, check: crc32(packed)});
		emit(packed);
		crc = combineCrc32(crc, block.crc, block.size);
		start += block.size;
		free.push(block.buffer);
	};

	emit(header);
	return {
		async buffer() {
			if (flight.length >= limit) await land();
			return free.pop() ?? Buffer.allocUnsafeSlow(largestBlock);
		},
		add(buffer, length) {
			const bytes = buffer.subarray(0, length);
			const hash = hashed ? hashOf(bytes) : undefined;
			const packed = hash && known ? hash.then(async text => (await known(text)) ?? compress(bytes)) : compress(bytes);
			// Awaited in its turn; until then its failure is nobody's.
			packed.catch(() => {});
			flight.push({buffer, size: length, crc: crc32(bytes), packed, hash});
		},
		async end() {
			while (flight.length > 0) await land();
			emit(trailer(crc, start));
			return {digest: digestFromHex(hash.digest('hex')), size, blocks: table, known: marks};
		},
	};
}

interface InFlight {
	readonly buffer: Buffer;
	readonly size: number;
	readonly crc: number;
	readonly packed: Promise<Uint8Array>;
	readonly hash: Promise<string> | undefined;
}

/** In a thread of the pool, as the compression that it may save. */
async function hashOf(bytes: Buffer): Promise<string> {
	return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('base64');
}

/**
 * The name of what `gzipEncoder` does on this Node: a layer's digest is promised for one name only. A Node built
 * on another zlib than its own makes other bytes (as right as ours), so it gets another name.
 */
export function encoderName(): string {
	name ??= crc32(deflateRawSync(probe(), settings(probeSize))) === probeResult ? encoder : `${encoder}-foreign`;
	return name;
}

/** The bytes that Node's own zlib makes: raise it when they change. */
export const encoder = 'gzip-4.1';

let name: string | undefined;

const probeSize = 32_768;
const probeResult = 66_688_665;

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

/** RFC 1952: deflate, no flags, no time, no extra flags, unknown system. */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** An empty last block, the CRC-32 and the size of the whole. */
function trailer(crc: number, size: number): Buffer {
	const bytes = Buffer.alloc(10);
	bytes.writeUInt16LE(3, 0);
	bytes.writeUInt32LE(crc, 2);
	bytes.writeUInt32LE(size % 2 ** 32, 6);
	return bytes;
}

function compress(bytes: Buffer): Promise<Uint8Array> {
	return new Promise((resolve, reject) => {
		deflateRaw(bytes, settings(bytes.length), (error, packed) => {
			if (error) reject(error);
			else resolve(packed.length < storedSize(bytes.length) ? packed : store(bytes));
		});
	});
}

/** The output fits one chunk: where zlib runs out of room in a flush it repeats the flush's marker (zlib.h, deflate). */
function settings(size: number): ZlibOptions {
	const chunkSize = size + (size >>> 10) + 256;
	return {level: 4, memLevel: 8, windowBits: 15, chunkSize, finishFlush: constants.Z_FULL_FLUSH};
}

/** What a stored block of deflate can hold: its length has 16 bits (RFC 1951, 3.2.4). */
const largestStored = 65_535;
const storedHeader = 5;

function storedSize(size: number): number {
	return size + storedHeader * Math.ceil(size / largestStored);
}

function store(bytes: Buffer): Uint8Array {
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
