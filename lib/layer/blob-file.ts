import {closeSync, openSync, readSync} from 'node:fs';
import {crc32} from 'node:zlib';
import {writeAll} from '../bytes.ts';
import {syncedBehind} from '../linux/synced-behind.ts';
import {memberHeader} from './gzip-members.ts';
import type {KnownBlock} from './known-blocks.ts';
import {type Sums, type SumsState, summing} from './sums.ts';

/** What blob is to be made. Plain data, so that it can be sent to a thread. */
export interface BlobRequest {
	/** A path that nothing has yet. */
	readonly path: string;
	/** A blob whose blocks may be taken over. */
	readonly older?: string | undefined;
	/** Whether marks are asked for. */
	readonly marks: boolean;
}

/** Blocks that a blob begins with, and how far its sums are behind them. */
export interface BlobStart {
	readonly blocks: readonly BlobPiece[];
	readonly sums: SumsState;
}

/** Of a block, where it lies in its blob, and the CRC-32 of what it was compressed to. */
export type BlobPiece = Pick<KnownBlock, 'offset' | 'length' | 'check'>;

/** A blob that is being written, and the sums of what it holds. All but the syncing is done when a call returns. */
export interface BlobFile extends AsyncDisposable {
	/** Appends blocks that the older blob begins with, behind its header, as this one does. Only before all else. Throws like `copy`. */
	begin(start: BlobStart): void;
	/** Tar bytes, which are hashed only. `mark`: how far the sums are behind them is to be told. */
	plain(bytes: Uint8Array, mark: boolean): void;
	/** Appends what tar bytes were compressed to. */
	packed(bytes: Uint8Array, mark: boolean): void;
	/** Appends a block of the older blob. Throws `LostBlockError` if that is not what it was. */
	copy(block: BlobPiece, mark: boolean): void;
	/** Of all that came. Rejects if some of it could not get to the disk. */
	end(): Promise<Sums>;
}

/** A block that was to be taken over is not there as it was: the layer has to be packed without. */
export class LostBlockError extends Error {
	static readonly code = 'LOST_BLOCK';
	readonly code = LostBlockError.code;
}

/** Begins a blob. Throws the system's error if there is something. */
export function createBlob({path, older, marks}: BlobRequest): BlobFile {
	const output = openSync(path, 'wx', 0o644);
	const source = olderBlob(older);
	let sums = summing({marks});
	let written = 0;
	const syncing = syncedBehind(output);
	const write = (bytes: Uint8Array) => {
		writeAll(output, bytes);
		written += bytes.length;
		syncing.wrote(bytes.length);
	};
	return {
		begin({blocks, sums: from}) {
			if (written === 0) write(memberHeader);
			for (const run of runs(blocks)) write(source.read(run));
			sums = summing({marks, from});
		},
		plain: (bytes, mark) => sums.plain(bytes, mark),
		packed(bytes, mark) {
			write(bytes);
			sums.packed(bytes, mark);
		},
		copy(block, mark) {
			const bytes = source.read([block]);
			write(bytes);
			sums.packed(bytes, mark);
		},
		async end() {
			await syncing.end();
			return sums.end();
		},
		async [Symbol.asyncDispose]() {
			await syncing.rest();
			closeSync(output);
			source[Symbol.dispose]();
		},
	};
}

/** As much of an older blob is read at once. */
const readAtOnce = 4 * 1024 * 1024;

/** Blocks that follow each other, in pieces that are read at once. */
function* runs(blocks: readonly BlobPiece[]): Generator<readonly BlobPiece[], void> {
	let run: BlobPiece[] = [];
	let length = 0;
	for (const block of blocks) {
		if (length + block.length > readAtOnce && run.length > 0) {
			yield run;
			[run, length] = [[], 0];
		}
		run.push(block);
		length += block.length;
	}
	if (run.length > 0) yield run;
}

function olderBlob(path: string | undefined) {
	const fd = path === undefined ? undefined : openQuietly(path);
	let room = Buffer.alloc(0);
	return {
		/** The bytes of blocks that follow each other, valid until the next call. */
		read(blocks: readonly BlobPiece[]): Buffer {
			const first = blocks[0]?.offset ?? 0;
			const size = blocks.reduce((sum, {length}) => sum + length, 0);
			if (room.length < size) room = Buffer.allocUnsafeSlow(size);
			const bytes = room.subarray(0, size);
			const pieceOf = ({offset, length}: BlobPiece) => bytes.subarray(offset - first, offset - first + length);
			const isWhole =
				fd !== undefined &&
				readQuietly(fd, bytes, first) === size &&
				blocks.every(block => crc32(pieceOf(block)) === block.check);
			if (!isWhole) throw new LostBlockError('a block of an older layer is not what it was');
			return bytes;
		},
		[Symbol.dispose]() {
			if (fd !== undefined) closeSync(fd);
		},
	};
}

/** How many bytes were read: none where that fails. */
function readQuietly(fd: number, into: Buffer, position: number): number {
	try {
		return readSync(fd, into, 0, into.length, position);
	} catch {
		return 0;
	}
}

function openQuietly(path: string): number | undefined {
	try {
		return openSync(path, 'r');
	} catch {
		return undefined;
	}
}
