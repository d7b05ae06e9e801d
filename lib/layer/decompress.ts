import {spawn} from 'node:child_process';
import {closeSync, createReadStream, openSync, readSync} from 'node:fs';
import {pipeline, type Transform} from 'node:stream';
import {text} from 'node:stream/consumers';
import * as zlib from 'node:zlib';
import type {Bytes} from '../bytes.ts';
import {MachineError} from '../errors.ts';
import {Malformed} from './errors.ts';

/** How a file is compressed. */
export type Compression = 'none' | 'gzip' | 'bzip2' | 'xz' | 'zstd';

/** The compression of a file, told by how it begins: names and media types do not count. */
export function compressionOf(path: string): Compression {
	const start = firstBytes(path, 6).toString('latin1');
	return signatures.find(([signature]) => start.startsWith(signature))?.[1] ?? 'none';
}

/** The tar of a layer's blob. Throws `Malformed` for a compression that layers do not have. */
export function openLayer(path: string): Bytes {
	const compression = compressionOf(path);
	if (compression === 'bzip2' || compression === 'xz') throw new Malformed(`a layer in ${compression} is not read`);
	return openDecompressed(path, compression);
}

/** What a file holds. Iterating rejects with an error of zlib (`Z_…`), or of the program that had to be asked. */
export function openDecompressed(path: string, compression: Compression): Bytes {
	if (compression === 'none') return createReadStream(path, {highWaterMark: chunkSize});
	if (compression === 'gzip') return through(path, zlib.createGunzip({chunkSize}));
	if (compression === 'zstd' && zstd) return through(path, zstd({chunkSize}));
	return throughProgram(path, compression);
}

const chunkSize = 256 * 1024;

const signatures: readonly (readonly [string, Compression])[] = [
	['\x1f\x8b\x08', 'gzip'],
	['BZh', 'bzip2'],
	['\xfd7zXZ\0', 'xz'],
	['\x28\xb5\x2f\xfd', 'zstd'],
];

/** Node has it from 22.15 and 23.8. */
const zstd = (zlib as {createZstdDecompress?: (options: zlib.ZlibOptions) => Transform}).createZstdDecompress;

function through(path: string, decompressor: Transform): Bytes {
	// pipeline ends both sides when one fails; the reader of the iterator hears of it.
	return pipeline(createReadStream(path, {highWaterMark: chunkSize}), decompressor, () => {});
}

/** Decompresses with the program that is named like the format. */
async function* throughProgram(path: string, program: string): AsyncGenerator<Uint8Array, void> {
	const child = spawn(program, ['-dc'], {stdio: 'pipe'});
	const ended = new Promise<number | null>((resolve, reject) => {
		child.on('error', error => reject(missingProgram(path, program, error)));
		child.on('close', resolve);
	});
	ended.catch(() => {});
	const complaint = text(child.stderr).catch(() => '');
	pipeline(createReadStream(path), child.stdin, () => {});
	try {
		yield* child.stdout;
		if ((await ended) !== 0) throw new Malformed((await complaint).trim());
	} finally {
		child.kill('SIGKILL');
	}
}

function missingProgram(path: string, program: string, cause: Error): MachineError {
	return new MachineError('NO_DECOMPRESSOR', `cannot read ${path}: there is no program ${program}`, {
		cause,
		notes: [
			program === 'zstd' ? 'Node reads zstd itself from 22.15 on' : `strata asks that program to read ${program}`,
		],
		help: [`on Debian and Ubuntu: apt install ${program === 'xz' ? 'xz-utils' : program}`],
	});
}

function firstBytes(path: string, count: number): Buffer {
	const fd = openSync(path, 'r');
	try {
		const buffer = Buffer.alloc(count);
		return buffer.subarray(0, readSync(fd, buffer, 0, count, 0));
	} finally {
		closeSync(fd);
	}
}
