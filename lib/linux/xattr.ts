import {libcFunction, systemError} from './libc.ts';

const callList = libcFunction('long llistxattr(const char *path, void *list, size_t size)');
const callGet = libcFunction('long lgetxattr(const char *path, const char *name, void *value, size_t size)');
const callSet = libcFunction(
	'int lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags)',
);

/** What the kernel allows for one value, and for all names of a file: XATTR_SIZE_MAX, XATTR_LIST_MAX in <linux/limits.h>. */
const largest = 65536;

/** Shared by all calls of this thread, which are synchronous: a file without attributes costs one call and no memory. */
const buffer = Buffer.alloc(largest);

/** A path as the kernel takes it: a name that is not UTF-8 can only be given as bytes. */
export type NativePath = string | Buffer;

/** The names of a file's extended attributes; of a link's own. None where the filesystem has no attributes. */
export function listXattrNames(path: NativePath): string[] {
	const length = callList(terminated(path), buffer, buffer.length);
	if (length === 0) return [];
	if (length < 0) {
		const error = systemError('llistxattr', String(path));
		if (error.code === 'EOPNOTSUPP' || error.code === 'ENOTSUP') return [];
		throw error;
	}
	return buffer.toString('utf8', 0, length - 1).split('\0');
}

/** The value of one extended attribute, or undefined if the file has none of this name. */
export function getXattr(path: NativePath, name: string): Buffer | undefined {
	const length = callGet(terminated(path), name, buffer, buffer.length);
	if (length >= 0) return Buffer.from(buffer.subarray(0, length));
	const error = systemError('lgetxattr', String(path));
	if (error.code === 'ENODATA') return undefined;
	throw error;
}

/** All extended attributes of a file that this process may see, by name; of a link, not of what it names. */
export function listXattrs(path: NativePath): Record<string, Buffer> {
	const found: Record<string, Buffer> = {};
	for (const name of listXattrNames(path)) {
		const value = getXattr(path, name);
		if (value) found[name] = value;
	}
	return found;
}

/** Sets one extended attribute, on a link itself. Throws a system error (`ENOTSUP`, `EPERM` …). */
export function setXattr(path: NativePath, name: string, value: Uint8Array): void {
	if (callSet(terminated(path), name, value, value.length, 0) !== 0) throw systemError('lsetxattr', String(path));
}

/**
 * Whether an attribute belongs into an image (SURFACE LAY-7): file capabilities and what programs keep in `user.*`, but not
 * what overlayfs keeps there. Capabilities read inside a user namespace are what that namespace sees: the kernel
 * turns revision 3, which names the owner of a namespace, into revision 2 (capabilities(7)).
 */
export function isImageXattr(name: string): boolean {
	return name === 'security.capability' || (name.startsWith('user.') && !name.startsWith('user.overlay.'));
}

/** The attributes of a file that belong into an image, values in base64, names sorted: the form of a TocEntry. */
export function imageXattrs(path: NativePath): Record<string, string> | undefined {
	const names = listXattrNames(path).filter(isImageXattr).sort();
	if (names.length === 0) return undefined;
	const pairs = names.map(name => [name, getXattr(path, name)?.toString('base64')] as const);
	return Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function terminated(path: NativePath): NativePath {
	return typeof path === 'string' ? path : Buffer.concat([path, Buffer.of(0)]);
}
