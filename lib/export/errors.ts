import {StoreError, StrataError} from '../errors.ts';

/** What is thrown when `dest` cannot be written: `error` itself if it says so already. */
export function outputError(dest: string, error: unknown): Error {
	if (error instanceof StrataError) return error;
	const {code, message} = error as NodeJS.ErrnoException;
	if (code === undefined || code === 'EPIPE') return error as Error;
	return new StoreError('OUTPUT_NOT_WRITABLE', `cannot write ${dest}: ${reasons[code] ?? message}`, {
		notes: ['the image is in the store, nothing half-written was kept'],
		help: ['choose another place: -o DEST'],
		cause: error,
	});
}

const reasons: Readonly<Record<string, string>> = {
	EACCES: 'permission denied',
	EPERM: 'permission denied',
	EROFS: 'the file system is read-only',
	ENOSPC: 'no space left',
	EDQUOT: 'the quota is used up',
	ENOENT: 'its folder is not there',
	ENOTDIR: 'a part of its path is not a folder',
	EISDIR: 'it is a folder',
	EEXIST: 'it is there, and not a folder',
	EFBIG: 'the file would be too large',
};
