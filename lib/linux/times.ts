import {libcFunction, systemError} from './libc.ts';

const call = libcFunction('int utimensat(int folder, const char *path, const void *times, int flags)');

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const second = 1_000_000_000n;

/** The times of a file as lstat has them with `bigint`. */
export interface Times {
	readonly atimeNs: bigint;
	readonly mtimeNs: bigint;
}

/** utimensat(2), on a link itself. Node's own takes seconds as a double, which cannot hold all nanoseconds. */
export function setTimes(path: string, {atimeNs, mtimeNs}: Times): void {
	const times = BigInt64Array.of(atimeNs / second, atimeNs % second, mtimeNs / second, mtimeNs % second);
	if (call(AT_FDCWD, path, Buffer.from(times.buffer), AT_SYMLINK_NOFOLLOW) !== 0) throw systemError('utimensat', path);
}
