import type {Descriptor, Layer} from '../oci/image.ts';
import type {ArchiveFile} from './archive-files.ts';

/** An image that an archive has, all of it seen and right; nothing of it is in the store yet. */
export interface FoundImage {
	readonly descriptor: Descriptor;
	/** As the archive says them. */
	readonly names: readonly string[];
	/** Names that OCI layouts may have, and images of the store not. */
	readonly otherNames?: readonly string[];
	readonly blobs: readonly FoundBlob[];
	readonly layers: readonly Layer[];
	/** Whether the layers were seen to unpack to their diffIDs; else it is the config that says so. */
	readonly isChecked: boolean;
}

/** A blob in a file of the archive, or of our own making. */
export interface FoundBlob {
	readonly descriptor: Descriptor;
	readonly content: ArchiveFile | Uint8Array;
}
