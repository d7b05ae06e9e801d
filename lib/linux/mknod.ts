import {libcFunction, systemError} from './libc.ts';
import type {NativePath} from './xattr.ts';

const call = libcFunction('int mknod(const char *path, uint32_t mode, uint64_t device)');

/** File types of mknod(2), as <sys/stat.h> has them. */
const types = {char: 0o020000, block: 0o060000, fifo: 0o010000} as const;

/** What a node is; `major` and `minor` are of devices only. */
export interface Node {
	readonly type: keyof typeof types;
	readonly mode: number;
	readonly major?: number;
	readonly minor?: number;
}

/**
 * mknod(2). The umask of the process takes its share of `mode`. In a user namespace the kernel makes fifos and the
 * whiteout of overlayfs, the character device 0:0; any other device is EPERM.
 */
export function mknod(path: NativePath, {type, mode, major = 0, minor = 0}: Node): void {
	const native = typeof path === 'string' ? path : Buffer.concat([path, Buffer.of(0)]);
	if (call(native, types[type] | mode, deviceNumber(major, minor)) !== 0) throw systemError('mknod', String(path));
}

/** The number of a device as `stat.rdev` has it: the encoding of glibc's makedev(3). */
export function deviceNumber(major: number, minor: number): number {
	const low = BigInt(minor & 0xff) | (BigInt(major & 0xfff) << 8n);
	const high = (BigInt(minor >>> 8) << 20n) | (BigInt(major >>> 12) << 44n);
	return Number(low | high);
}

/** The major and minor number of a device: the inverse of `deviceNumber`. */
export function deviceParts(device: number): {readonly major: number; readonly minor: number} {
	const wide = BigInt(device);
	return {
		major: Number(((wide >> 8n) & 0xfffn) | ((wide >> 44n) << 12n)),
		minor: Number((wide & 0xffn) | ((wide >> 12n) & 0xffffff00n)),
	};
}
