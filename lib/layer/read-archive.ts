import {closeSync, openSync} from 'node:fs';
import {writeAll} from '../bytes.ts';
import {MachineError} from '../errors.ts';
import type {Entry} from '../tree/entry.ts';
import {decodeName} from '../tree/name.ts';
import type {TocEntry} from '../tree/toc.ts';
import {byteReader, tapped} from './byte-reader.ts';
import {type Compression, compressionOf, openDecompressed} from './decompress.ts';
import {readError} from './errors.ts';
import {blockSize, decodeHeader} from './header.ts';
import {memberEntry} from './layer-toc.ts';
import {memberPath} from './member-path.ts';
import {readTar} from './read-tar.ts';

/**
 * The entries of a local archive, for ADD, in its order and with what it has twice; undefined if the file is none, whatever
 * it is called (SURFACE ADD-1). Tar by itself or in gzip, bzip2, xz or zstd. Contents lie in the archive itself, or, if that is compressed,
 * in the new file `spool`. The root is left out: it must not change the directory it is unpacked to (W-14).
 * Whiteouts mean nothing here; leading slashes are dropped, as tar does.
 */
export async function readArchive(path: string, spool: string): Promise<readonly Entry[] | undefined> {
	const compression = compressionOf(path);
	if (!(await isTar(path, compression))) return undefined;
	const entries = await readEntries(path, compression, spool);
	const place = compression === 'none' ? path : spool;
	return entries.map(entry => withContent(entry, place));
}

/** Whether a file begins with the header of a tar, once decompressed. What cannot be decompressed is no archive. */
export async function isTar(path: string, compression = compressionOf(path)): Promise<boolean> {
	const content = openDecompressed(path, compression)[Symbol.asyncIterator]();
	try {
		const block = await byteReader(content).exactly(blockSize);
		return block !== undefined && decodeHeader(block) !== undefined;
	} catch (error) {
		if (error instanceof MachineError) throw error;
		return false;
	} finally {
		await content.return?.();
	}
}

/** The time of the newest member of a tar, in whole seconds: that of what it holds. Undefined if it is no tar, or an empty one. */
export async function newestTime(path: string): Promise<number | undefined> {
	const compression = compressionOf(path);
	if (!(await isTar(path, compression))) return undefined;
	let newest: number | undefined;
	try {
		for await (const {mtime} of readTar(openDecompressed(path, compression))) {
			newest = Math.max(newest ?? 0, Math.floor(mtime));
		}
	} catch (error) {
		throw readError(path, error);
	}
	return newest;
}

async function readEntries(path: string, compression: Compression, spool: string): Promise<readonly TocEntry[]> {
	const entries: TocEntry[] = [];
	const output = compression === 'none' ? undefined : openSync(spool, 'wx', 0o600);
	const keep = (chunk: Uint8Array) => {
		if (output !== undefined) writeAll(output, chunk);
	};
	try {
		for await (const member of readTar(tapped(openDecompressed(path, compression), keep))) {
			const at = archivePath(decodeName(member.name));
			if (at !== '') entries.push(memberEntry(member, at, archivePath));
		}
		return entries;
	} catch (error) {
		throw readError(path, error);
	} finally {
		if (output !== undefined) closeSync(output);
	}
}

function archivePath(name: string): string {
	return memberPath(name.replace(/^\/+/, ''));
}

function withContent({offset, ...entry}: TocEntry, path: string): Entry {
	return offset === undefined ? entry : {...entry, content: {from: 'file', path, offset}};
}
