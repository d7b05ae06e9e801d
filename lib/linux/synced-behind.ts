import {fdatasync} from 'node:fs';
import {promisify} from 'node:util';

/** A large file that goes to the disk while it is still being written. */
export interface SyncedBehind {
	/** So many bytes more were written. */
	wrote(bytes: number): void;
	/** When nothing is on its way any more, whatever came of it. */
	rest(): Promise<void> | undefined;
	/** The same; throws what went wrong. */
	end(): Promise<void>;
}

/** So many bytes go to the disk at a time while more are written: who syncs the whole at the end waits for the last of them only. */
const syncEvery = 16 * 1024 * 1024;

/** Syncs what is written to `fd`, again and again, and tells of failures, of which who opens the file later and syncs it hears nothing. */
export function syncedBehind(fd: number): SyncedBehind {
	let unsynced = 0;
	let syncing: Promise<void> | undefined;
	/** Linux tells it once (errseq_t in its documentation). */
	let failure: Error | undefined;
	const sync = async () => {
		unsynced = 0;
		await promisify(fdatasync)(fd).catch(error => {
			failure ??= error;
		});
		syncing = undefined;
	};
	return {
		wrote(bytes) {
			unsynced += bytes;
			if (unsynced >= syncEvery) syncing ??= sync();
		},
		rest: () => syncing,
		async end() {
			await syncing;
			if (failure) throw failure;
		},
	};
}
