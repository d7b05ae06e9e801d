import type {Entry} from '../tree/entry.ts';
import type {Distribution, Package} from './package.ts';

/** A kind of package metadata: which files tell it, and what they say. */
export interface Reader {
	/** What people call it: `dpkg`. */
	readonly kind: string;
	/** Whether a regular file is to be read. Its path is one on which nothing is a link. */
	wants(file: Entry): boolean;
	/** The packages that the content of one such file tells of. Throws `Unreadable`. */
	read(content: Buffer, file: ReadFile): readonly Package[];
}

/** A file that was read, and what else is known. */
export interface ReadFile {
	readonly path: string;
	readonly distribution: Distribution;
}
