import {closeSync, openSync, readSync} from 'node:fs';
import {crc32} from 'node:zlib';
import type {Descriptor} from '../oci/image.ts';
import type {SumsState} from './sums.ts';

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
	/** Now and then, where an entry of the layer begins behind it: how far the sums of the whole are there. */
	readonly sums?: SumsState;
}

/** `blocks` records, by what makes a layer, whatever it holds: the blocks of the last one that the same instruction made. */
export const blocksKind = 'blocks';

/** What is kept of a layer, so that the next one like it need not compress the same again. */
export interface BlockRecord {
	readonly descriptor: Descriptor;
	/** Whose blocks they are: another encoder makes others. */
	readonly encoder: string;
	readonly blocks: readonly KnownBlock[];
	/** Seconds: when the directories were made that are of the instruction itself. */
	readonly made?: number | undefined;
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
	/** The bytes of blocks that follow each other; undefined if one is not what it was. */
	read(blocks: readonly KnownBlock[]): Buffer | undefined;
}

/** The blocks of a blob of this store. One that is gone has none. */
export function knownBlocks({blob, blocks}: KnownBlob): KnownBlocks {
	const byName = new Map(blocks.map(block => [block.name, block]));
	const fd = opened(blob);

	function read(wanted: readonly KnownBlock[]): Buffer | undefined {
		if (fd === undefined) return undefined;
		const first = wanted[0]?.offset ?? 0;
		const bytes = Buffer.allocUnsafe(wanted.reduce((sum, {length}) => sum + length, 0));
		if (readQuietly(fd, bytes, first) < bytes.length) return undefined;
		const pieceOf = ({offset, length}: KnownBlock) => bytes.subarray(offset - first, offset - first + length);
		const isWhole = wanted.every(block => crc32(pieceOf(block)) === block.check);
		return isWhole ? bytes : undefined;
	}

	return {
		find(name, {size, crc}) {
			const block = byName.get(name);
			if (!block || block.size !== size || block.crc !== crc) return undefined;
			const packed = read([block]);
			return packed && {packed, check: block.check};
		},
		read,
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
