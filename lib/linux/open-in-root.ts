import {libcFunction, systemError} from './libc.ts';

const syscall = libcFunction(
	'long syscall(long number, int directory, const char *path, const uint8_t *how, size_t size)',
);

/** The same number on every architecture: https://man7.org/linux/man-pages/man2/openat2.2.html */
const openat2 = 437;
const flags = {path: 0x200000, closeOnExec: 0x80000} as const;
const resolve = {noMagicLinks: 0x2, inRoot: 0x10} as const;

/**
 * Opens what `path` leads to for a process that has the open directory `root` for its `/`: the kernel follows the links, so that no
 * other program can swap one for another between a look and the use. The descriptor is only a name (O_PATH), and is the caller's
 * to close. Throws a system error (`ENOENT`, `ELOOP` …).
 */
export function openInRoot(root: number, path: string): number {
	const how = Buffer.alloc(24);
	how.writeBigUInt64LE(BigInt(flags.path | flags.closeOnExec), 0);
	how.writeBigUInt64LE(BigInt(resolve.noMagicLinks | resolve.inRoot), 16);
	for (;;) {
		const fd = syscall(openat2, root, path, how, how.length);
		if (fd >= 0) return fd;
		const error = systemError('openat2', path);
		// Somebody renamed a directory on the way: the kernel asks to be asked again.
		if (error.code !== 'EAGAIN') throw error;
	}
}
