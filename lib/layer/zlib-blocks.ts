import {constants, crc32, deflateRaw, deflateRawSync, type ZlibOptions} from 'node:zlib';
import {deflate, type Span} from '../deflate/deflate.ts';

/**
 * What deflate() makes of a block, by zlib in its pool of threads: it has levels, and its bytes are those of its version. The stored blocks
 * are deflate()'s, since zlib's depend on the sizes of its buffers.
 */
export async function zlibBlock(bytes: Buffer, noise: readonly Span[], level: number): Promise<Uint8Array> {
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
			if (error) return reject(error);
			const kept = stored(bytes);
			resolve(packed.length < kept.length ? packed : kept);
		});
	});
}

/** The output fits one chunk: where zlib runs out of room in a flush it repeats the flush's marker (zlib.h, deflate). */
function settings(size: number, level: number): ZlibOptions {
	const chunkSize = size + (size >>> 10) + 256;
	return {level, memLevel: 9, windowBits: 15, chunkSize, finishFlush: constants.Z_FULL_FLUSH};
}

function stored(bytes: Buffer): Uint8Array {
	return deflate(bytes, [{start: 0, end: bytes.length}]);
}

/** Names what `zlibBlock` does on this Node: one built on another zlib than Node's own makes other bytes (as right as ours). */
export function zlibName(level: number): string {
	foreign ??= crc32(deflateRawSync(probe(), settings(probeSize, 4))) === probeResult ? '' : '-foreign';
	return `gzip-${level}.${generation}${foreign}`;
}

/** Of the bytes that Node's own zlib makes: raise it when they change. */
const generation = 3;

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
