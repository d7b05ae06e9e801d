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
