import {createHash} from 'node:crypto';
import {type BigIntStats, fstatSync, readSync} from 'node:fs';
import {setImmediate} from 'node:timers/promises';
import {openWithoutLinks} from '../linux/open-in-root.ts';
import {type Digest, digestFromHex} from '../oci/digest.ts';
import {nativePath} from '../tree/name.ts';

/** One for all files of this thread: hashing is synchronous, for promises would cost more than the reading. */
const buffer = Buffer.allocUnsafe(1 << 20);

/** A file's digest, and whether the file was the same before and after it was read. */
export interface FileDigest {
	readonly digest: Digest;
	readonly stat: BigIntStats;
	readonly steady: boolean;
}

/** How much of a file is hashed at a time, before whatever else waits gets its turn. */
const turn = 8 * buffer.length;

/**
 * Reads a file and hashes it. No link is followed, if the file or a folder on the way has been replaced by one: what others could show us so
 * is not of the context, and what goes into a layer has to have this digest. Rejects with the system's error if it
 * cannot be read, with the signal's reason if that is aborted.
 */
export async function digestFile(path: string, signal?: AbortSignal): Promise<FileDigest> {
	using file = openWithoutLinks(nativePath(path));
	const {fd} = file;
	const stat = fstatSync(fd, {bigint: true});
	const hash = createHash('sha256');
	let read = 0;
	for (let count = readSync(fd, buffer); count > 0; count = readSync(fd, buffer)) {
		hash.update(buffer.subarray(0, count));
		read += count;
		if (read % turn !== 0) continue;
		await setImmediate();
		signal?.throwIfAborted();
	}
	const after = fstatSync(fd, {bigint: true});
	return {
		digest: digestFromHex(hash.digest('hex')),
		stat,
		steady: after.ctimeNs === stat.ctimeNs && after.size === stat.size,
	};
}
