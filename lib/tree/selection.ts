import type {Entry} from './entry.ts';

/** What a COPY or ADD is about to copy, before it is known where to. */
export interface Selection {
	/** In the order in which they are copied: a later one replaces what an earlier one put. */
	readonly sources: readonly Source[];
	/** Patterns that matched nothing. */
	readonly unmatched: readonly string[];
}

/**
 * One thing that a source path stands for.
 * `file`: one entry (no directory), whose `path` is the name it takes in a directory.
 * `heredoc`: the same, out of the Dockerfile itself: it has no time of its own.
 * `directory`: what lies in it, with paths relative to it; not the directory itself, which COPY never copies.
 * `parents`: the same for `--parents`, where directories that are there already are left as they are.
 * `archive`: a file that ADD unpacks, its entries as the archive has them; made by whoever can read archives, out of a `file`.
 */
export interface Source {
	readonly kind: 'file' | 'heredoc' | 'directory' | 'parents' | 'archive';
	/** In its tree, as it was named. */
	readonly path: string;
	readonly entries: readonly Entry[];
}
