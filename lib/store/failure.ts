import {statfsSync} from 'node:fs';
import {StoreError} from '../errors.ts';

/** Where something went wrong: the store, and what was done for it, as it follows the word `while`. */
export interface Deed {
	readonly root: string;
	/** `packing step 4/6`, `writing a record`. */
	readonly doing: string;
}

/** Does `action`; a full, forbidden or read-only disk becomes a StoreError. */
export function forStore<T>(deed: Deed, action: () => T): T {
	try {
		return action();
	} catch (error) {
		throw storeFailure(error, deed);
	}
}

/** `error` as a StoreError if it tells of the disk below the store, else `error` itself. */
export function storeFailure(error: unknown, deed: Deed): unknown {
	const {code = '', path} = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
	if (isFull(code)) return full(error, deed);
	const state = states[code];
	if (state === undefined) return error;
	return new StoreError('STORE_UNUSABLE', `cannot use the store while ${deed.doing}: ${state}`, {
		notes: [`${code} at ${path ?? deed.root}`],
		help: ['another place for it: --root DIR'],
		cause: error,
	});
}

/** `error` as a StoreError if a disk is full, wherever that was found out: all that a build writes lies in the store. */
export function fullStore(error: unknown, deed: Deed): unknown {
	const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
	return isFull(code) ? full(error, deed) : error;
}

function isFull(code: string | undefined): boolean {
	return code === 'ENOSPC' || code === 'EDQUOT';
}

const states: Readonly<Record<string, string>> = {
	EACCES: 'permission denied',
	EPERM: 'operation not permitted',
	EROFS: 'its file system is read-only',
	ENOTDIR: 'a part of its path is no folder',
	EIO: 'its disk reports an error',
	ENOLCK: 'its file system has no locks',
	EOPNOTSUPP: 'its file system has no locks',
};

function full(cause: unknown, {root, doing}: Deed): StoreError {
	return new StoreError('STORE_FULL', `no space left for the store while ${doing}`, {
		notes: [...freeSpace(root), 'nothing half-written was kept'],
		help: ['free some: strata prune', 'or another disk: --root DIR'],
		cause,
	});
}

/** Nothing if even that cannot be asked. */
function freeSpace(root: string): string[] {
	try {
		const {bavail, blocks, bsize} = statfsSync(root);
		return [`${formatSize(bavail * bsize)} of ${formatSize(blocks * bsize)} free in ${root}`];
	} catch {
		return [];
	}
}

/** In powers of 1000, as docker and podman write sizes: `0 B`, `5.1 MB`, `19 GB`. */
function formatSize(bytes: number): string {
	const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
	const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(bytes) / 3)));
	const value = bytes / 1000 ** power;
	return `${power > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}
