import {createHash} from 'node:crypto';
import {fstatSync, readSync} from 'node:fs';
import {setImmediate} from 'node:timers/promises';
import {fileState} from '../linux/file-state.ts';
import {openWithoutLinks} from '../linux/open-in-root.ts';
import {type Digest, digestFromHex} from '../oci/digest.ts';
import {nativePath} from '../tree/name.ts';
import {isSettled, nanoseconds} from './racy.ts';

/** One for all files of this thread: hashing is synchronous, for promises would cost more than the reading. */
const buffer = Buffer.allocUnsafe(1 << 20);

/** A file's digest, the `fileState` that it was read in, and whether both may be remembered. Plain data. */
export interface FileDigest {
	readonly digest: Digest;
	readonly state: string;
	/** It did not change while it was read, nor so shortly before that its time may not show the next change. */
	readonly lasts: boolean;
}

/** How much of a file is hashed at a time, before whatever else waits gets its turn. */
const turn = 8 * buffer.length;

/**
 * Reads a file and hashes it. No link is followed, if the file or a folder on the way has been replaced by one: what others could show us so
 * is not of the context, and what goes into a layer has to have this digest. Rejects with the system's error if it
 * cannot be read, with the signal's reason if that is aborted.
 */
export async function digestFile(path: string, signal?: AbortSignal): Promise<FileDigest> {
	const readAt = nanoseconds();
	using file = openWithoutLinks(nativePath(path));
	const {fd} = file;
	const stat = fstatSync(fd, {bigint: true});
	const hash = createHash('sha256');
	for (let read = 0, count = 1; read < stat.size && count > 0; read += count) {
		if (read > 0 && read % turn === 0) {
			await setImmediate();
			signal?.throwIfAborted();
		}
		count = readSync(fd, buffer);
		hash.update(buffer.subarray(0, count));
	}
	const after = fstatSync(fd, {bigint: true});
	const isSteady = after.ctimeNs === stat.ctimeNs && after.size === stat.size;
	return {
		digest: digestFromHex(hash.digest('hex')),
		state: fileState(stat),
		lasts: isSteady && isSettled(stat, readAt),
	};
}
