import type {DiffID} from '../oci/digest.ts';
import type {TocEntry} from './toc.ts';

/** Where the bytes of a file to be packed lie. Plain data, so that it can be sent to another thread or process. */
export type Content =
	| {
			readonly from: 'file';
			readonly path: string;
			/** Where in the file; 0 if absent. */
			readonly offset?: number;
			/** The `fileState` in which it has the digest of its entry, beyond doubt: whoever meets it in this state need not hash it. */
			readonly state?: string;
	  }
	| {readonly from: 'bytes'; readonly data: Uint8Array}
	| {readonly from: 'layer'; readonly diffID: DiffID /** In its uncompressed tar. */; readonly offset: number};

/** One path of a layer that is to be packed. A file has a content of exactly `size` bytes. */
export interface Entry extends TocEntry {
	readonly content?: Content;
}
