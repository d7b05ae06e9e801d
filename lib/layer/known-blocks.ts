import {closeSync, openSync, read} from 'node:fs';
import {promisify} from 'node:util';
import {crc32} from 'node:zlib';
import type {Descriptor} from '../oci/image.ts';

/** One compressed block of a blob. */
export interface KnownBlock {
	/** SHA-256 of what was compressed, in base64. */
	readonly hash: string;
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

/** Compressed blocks by the hash of what they hold. */
export interface KnownBlocks extends Disposable {
	/** The compressed bytes; undefined if there are none, or if they are not what they were. */
	find(hash: string): Promise<Uint8Array | undefined>;
}

const readFile = promisify(read);

/** The blocks of a blob of this store. One that is gone has none. */
export function knownBlocks({blob, blocks}: KnownBlob): KnownBlocks {
	const byHash = new Map(blocks.map(block => [block.hash, block]));
	const fd = opened(blob);
	return {
		async find(hash) {
			const block = byHash.get(hash);
			if (fd === undefined || !block) return undefined;
			const bytes = Buffer.allocUnsafe(block.length);
			const {bytesRead} = await readFile(fd, bytes, 0, block.length, block.offset).catch(() => ({bytesRead: 0}));
			return bytesRead === block.length && crc32(bytes) === block.check ? bytes : undefined;
		},
		[Symbol.dispose]: () => {
			if (fd !== undefined) closeSync(fd);
		},
	};
}

function opened(path: string): number | undefined {
	try {
		return openSync(path, 'r');
	} catch {
		return undefined;
	}
}
