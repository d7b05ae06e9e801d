import {pipeline} from 'node:stream/promises';
import {type Pack, pack as tarPack} from 'tar-stream';
import {type Bytes, inOnePiece} from '../bytes.ts';

/** A file of an archive, or (without content) a directory. */
export interface ArchiveEntry {
	/** Relative; a directory's ends with a slash. */
	readonly name: string;
	readonly content?: ArchiveContent;
}

export interface ArchiveContent {
	readonly size: number;
	/** Called when the entry's turn has come. */
	readonly open: () => Bytes;
}

/** Bytes at hand, as the content of an entry. */
export function inMemory(bytes: Uint8Array): ArchiveContent {
	return {size: bytes.length, open: () => inOnePiece(bytes)};
}

/**
 * A tar of `entries` in their order, without times, ids or names of this machine: the same entries, the same bytes.
 * Rejects with what a content rejects with, and when one is not of its size.
 */
export async function* archive(entries: Iterable<ArchiveEntry>): Bytes {
	const pack = tarPack();
	writeEntries(pack, entries).then(
		() => pack.finalize(),
		error => pack.destroy(error),
	);
	// streamx does not say what its chunks are
	for await (const chunk of pack) yield chunk as Uint8Array;
}

async function writeEntries(pack: Pack, entries: Iterable<ArchiveEntry>): Promise<void> {
	const mtime = new Date(0);
	for (const {name, content} of entries) {
		if (content) await pipeline(content.open, pack.entry({name, size: content.size, mode: 0o644, mtime}));
		else pack.entry({name, type: 'directory', mode: 0o755, mtime});
	}
}
