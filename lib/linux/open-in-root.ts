import {closeSync, constants, openSync} from 'node:fs';
import {libcFunction, systemError} from './libc.ts';

const syscall = libcFunction(
	'long syscall(long number, int directory, const char *path, const uint8_t *how, size_t size)',
);

/** The same number on every architecture: https://man7.org/linux/man-pages/man2/openat2.2.html */
const openat2 = 437;
const flags = {path: 0x200000, closeOnExec: 0x80000} as const;
const resolve = {noMagicLinks: 0x2, noSymlinks: 0x4, inRoot: 0x10} as const;
const currentDirectory = -100;

/**
 * Opens what `path` leads to for a process that has the open directory `root` for its `/`: the kernel follows the links, so that no
 * other program can swap one for another between a look and the use. The descriptor is only a name (O_PATH), and is the caller's
 * to close. Throws a system error (`ENOENT`, `ELOOP` …).
 */
export function openInRoot(root: number, path: string): number {
	const how = howToOpen(flags.path | flags.closeOnExec, resolve.noMagicLinks | resolve.inRoot);
	for (;;) {
		const fd = syscall(openat2, root, path, how, how.length);
		if (fd >= 0) return fd;
		const error = systemError('openat2', path);
		// Somebody renamed a directory on the way: the kernel asks to be asked again.
		if (error.code !== 'EAGAIN') throw error;
	}
}

const plainly = howToOpen(
	constants.O_RDONLY | constants.O_NONBLOCK | flags.closeOnExec,
	resolve.noMagicLinks | resolve.noSymlinks,
);

/** A descriptor that ends with its block. */
export interface OpenFile extends Disposable {
	readonly fd: number;
}

const close = libcFunction('int close(int descriptor)');

/**
 * Opens a file to read it, by a path of this machine on which nothing is a link: `ELOOP` if something is by now. A fifo does not block.
 * Where the kernel (before Linux 5.6) or a filter has no such call, only the file itself is known to be no link.
 */
export function openWithoutLinks(path: string | Buffer): OpenFile {
	const name = typeof path === 'string' ? path : Buffer.concat([path, Buffer.of(0)]);
	const fd = syscall(openat2, currentDirectory, name, plainly, plainly.length);
	// In a thread of its own, Node warns of a descriptor that it is to close but has not opened.
	if (fd >= 0) return {fd, [Symbol.dispose]: () => close(fd)};
	const error = systemError('openat2', String(path));
	if (error.code !== 'ENOSYS' && error.code !== 'EPERM') throw error;
	const plain = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	return {fd: plain, [Symbol.dispose]: () => closeSync(plain)};
}

function howToOpen(openFlags: number, resolveFlags: number): Buffer {
	const how = Buffer.alloc(24);
	how.writeBigUInt64LE(BigInt(openFlags), 0);
	how.writeBigUInt64LE(BigInt(resolveFlags), 16);
	return how;
}
