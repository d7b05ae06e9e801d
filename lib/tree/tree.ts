import type {Entry} from './entry.ts';

/**
 * A file tree as data: the merged TOCs of a stack of layers, or a folder. Paths have the form of `TocEntry.path`;
 * no answer ever lies outside the root. Whiteouts do not appear; a hard link answers as the file it names
 * (`type: 'file'`, with `linkname` the path of the first name of the same inode, so that links inside one copy can be kept).
 */
export interface Tree {
	/** The entry at exactly this path, links not followed, or undefined. */
	stat(path: string): Entry | undefined;
	/** The names in a directory, in byte order; empty for all else. */
	list(path: string): readonly string[];
}
