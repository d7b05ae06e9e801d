import {spawn} from 'node:child_process';
import {closeSync, createReadStream, openSync, readSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {pipeline, type Transform} from 'node:stream';
import {text} from 'node:stream/consumers';
import {setTimeout} from 'node:timers/promises';
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

/**
 * The tar of a layer's blob. Throws `Malformed` for a compression that layers do not have. `arriving`: how many bytes the
 * blob will have, if it is still being written; what is not there yet is waited for.
 */
export function openLayer(path: string, arriving?: number): Bytes {
	const compression = compressionOf(path);
	if (compression === 'bzip2' || compression === 'xz') throw new Malformed(`a layer in ${compression} is not read`);
	return openDecompressed(path, compression, arriving);
}

/** What a file holds. Iterating rejects with an error of zlib (`Z_…`), or of the program that had to be asked. */
export function openDecompressed(path: string, compression: Compression, arriving?: number): Bytes {
	const content = arriving === undefined ? createReadStream(path, {highWaterMark: chunkSize}) : growing(path, arriving);
	if (compression === 'none') return content;
	if (compression === 'gzip') return through(content, zlib.createGunzip({chunkSize}));
	if (compression === 'zstd' && zstd) return through(content, zstd({chunkSize}));
	return throughProgram(path, content, compression);
}

/** How often it is looked whether more has come, in milliseconds. */
const pause = 5;

/** What is in a file that somebody still writes, up to `size` bytes. Rejects when that is given up: the file has no name any more then. */
async function* growing(path: string, size: number): Bytes {
	const file = await open(path);
	try {
		for (let at = 0; at < size; ) {
			const {bytesRead, buffer} = await file.read(Buffer.allocUnsafe(chunkSize), 0, chunkSize, at);
			at += bytesRead;
			if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
			else if ((await file.stat()).nlink === 0) throw new Malformed('it did not arrive');
			else await setTimeout(pause);
		}
	} finally {
		await file.close();
	}
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

function through(content: Bytes, decompressor: Transform): Bytes {
	// pipeline ends both sides when one fails; the reader of the iterator hears of it.
	return pipeline(content, decompressor, () => {});
}

/** Decompresses with the program that is named like the format. */
async function* throughProgram(path: string, content: Bytes, program: string): AsyncGenerator<Uint8Array, void> {
	const child = spawn(program, ['-dc'], {stdio: 'pipe'});
	const ended = new Promise<number | null>((resolve, reject) => {
		child.on('error', error => reject(missingProgram(path, program, error)));
		child.on('close', resolve);
	});
	ended.catch(() => {});
	const complaint = text(child.stderr).catch(() => '');
	pipeline(content, child.stdin, () => {});
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
