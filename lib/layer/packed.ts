import type {Digest} from '../oci/digest.ts';
import type {Layer} from '../oci/image.ts';

/** What packing a layer yields. Its blob and its TOC are in the store by then. */
export interface PackedLayer {
	readonly layer: Layer;
	/** Digest over the TOC without mtimes and offsets: equal for equal content, whenever it was made. */
	readonly content: Digest;
	/** Bytes of the files in it. */
	readonly unpacked: number;
	/** Regular files in it, and links to them. */
	readonly files: number;
	/** Milliseconds from the first byte to the blob's rename. */
	readonly ms: number;
}

/** How far the packing of a layer is, in bytes of the files in it. */
export interface PackProgress {
	readonly current: number;
	readonly total: number;
}
