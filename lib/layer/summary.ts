import {createHash} from 'node:crypto';
import {type Digest, digestFromHex} from '../oci/digest.ts';
import type {Toc, TocEntry} from '../tree/toc.ts';
import {inPieces} from './in-pieces.ts';

/** What the records keep of a layer besides its TOC. */
export interface Summary {
	/** Digest over the TOC without mtimes and offsets: equal for equal content, whenever it was made. */
	readonly content: Digest;
	/** Bytes of the files in it. */
	readonly unpacked: number;
	/** Regular files in it, and links to them. */
	readonly files: number;
}

/** Sums up a layer. */
export function summary(toc: Toc): Summary {
	const content = createHash('sha256');
	for (const piece of inPieces(toc)) content.update(piece.map(contentLine).join(''));
	return {
		content: digestFromHex(content.digest('hex')),
		unpacked: toc.reduce((sum, {size}) => sum + size, 0),
		files: toc.filter(({type}) => type === 'file' || type === 'hardlink').length,
	};
}

/** One entry without its time and place; JSON frames the fields, so no two entries give the same text. */
function contentLine(entry: TocEntry): string {
	const {path, type, mode, uid, gid, linkname, major, minor, digest} = entry;
	const xattrs = entry.xattrs ? Object.entries(entry.xattrs).sort(([one], [other]) => (one < other ? -1 : 1)) : [];
	return `${JSON.stringify([path, type, mode, uid, gid, linkname, major, minor, xattrs, digest])}\n`;
}
