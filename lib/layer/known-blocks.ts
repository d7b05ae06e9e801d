import {closeSync, openSync, readSync} from 'node:fs';
import {crc32} from 'node:zlib';
import type {Descriptor} from '../oci/image.ts';

/** One compressed block of a blob. */
export interface KnownBlock {
	/** Says what was compressed: the same name, the same bytes. */
	readonly name: string;
	/** Of what was compressed. */
	readonly size: number;
	readonly crc: number;
	readonly offset: number;
	readonly length: number;
	/** CRC-32 of what it was compressed to. */
	readonly check: number;
}

/** `blocks` records, by what makes a layer, whatever it holds: the blocks of the last one that the same instruction made. */
export const blocksKind = 'blocks';

/** What is kept of a layer, so that the next one like it need not compress the same again. */
export interface BlockRecord {
	readonly descriptor: Descriptor;
	/** Whose blocks they are: another encoder makes others. */
	readonly encoder: string;
	readonly blocks: readonly KnownBlock[];
}

/** A blob with what is known of its blocks. Plain data. */
export interface KnownBlob {
	readonly blob: string;
	readonly blocks: readonly KnownBlock[];
}

/** What a block was compressed to, and its CRC-32, if that is known. */
export interface PackedBlock {
	readonly packed: Uint8Array;
	readonly check?: number;
}

/** Compressed blocks by their names. */
export interface KnownBlocks extends Disposable {
	/** Undefined if there is none for just these bytes, or if it is not what it was. */
	find(name: string, bytes: Pick<KnownBlock, 'size' | 'crc'>): PackedBlock | undefined;
}

/** The blocks of a blob of this store. One that is gone has none. */
export function knownBlocks({blob, blocks}: KnownBlob): KnownBlocks {
	const byName = new Map(blocks.map(block => [block.name, block]));
	const fd = opened(blob);
	return {
		find(name, {size, crc}) {
			const block = byName.get(name);
			if (fd === undefined || !block || block.size !== size || block.crc !== crc) return undefined;
			const packed = Buffer.allocUnsafe(block.length);
			const isWhole = readQuietly(fd, packed, block.offset) === block.length && crc32(packed) === block.check;
			return isWhole ? {packed, check: block.check} : undefined;
		},
		[Symbol.dispose]: () => {
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

function opened(path: string): number | undefined {
	try {
		return openSync(path, 'r');
	} catch {
		return undefined;
	}
}
