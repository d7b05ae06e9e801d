import {closeSync, constants, fchmodSync, fchownSync, futimesSync, openSync} from 'node:fs';
import {writeAll} from '../bytes.ts';
import {type NativePath, setXattr} from '../linux/xattr.ts';
import type {TocEntry} from '../tree/toc.ts';
import {unmappedOwner} from './errors.ts';

/** Whether files get the owners that the layer gives them, or all belong to the one id there is. */
export type Owners = 'keep' | 'single';

const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Opens a file that is not there yet. */
export function createFile(native: NativePath): number {
	return openSync(native, newFile, 0o600);
}

/** Writes all of a file that is not there yet. */
export function writeFile(native: NativePath, content: Uint8Array, {entry, owners}: Dress): void {
	const fd = createFile(native);
	try {
		writeAll(fd, content);
		dressFile(fd, native, {entry, owners});
	} finally {
		closeSync(fd);
	}
}

export interface Dress {
	readonly entry: TocEntry;
	readonly owners: Owners;
}

/** Owner first, since chown takes setuid bits and capabilities away, then attributes, then the mode (SURFACE CPY-17). */
export function dressFile(fd: number, native: NativePath, {entry, owners}: Dress): void {
	giveOwner(entry, owners, (uid, gid) => fchownSync(fd, uid, gid));
	giveXattrs(entry, owners, native);
	fchmodSync(fd, entry.mode);
	futimesSync(fd, timeOf(entry), timeOf(entry));
}

export function giveOwner({path, uid, gid}: TocEntry, owners: Owners, chown: (uid: number, gid: number) => void): void {
	if (owners === 'single') return;
	try {
		chown(uid, gid);
	} catch (error) {
		throw (error as NodeJS.ErrnoException).code === 'EINVAL' ? unmappedOwner(path, `${uid}:${gid}`, error) : error;
	}
}

/** `user.*` is kept where the filesystem can. Capabilities must not get lost, unless there is one id, which has no use for them. */
export function giveXattrs({xattrs = {}}: TocEntry, owners: Owners, native: NativePath): void {
	for (const [name, value] of Object.entries(xattrs)) {
		try {
			setXattr(native, name, Buffer.from(value, 'base64'));
		} catch (error) {
			if (name === 'security.capability' && owners === 'keep') throw error;
		}
	}
}

/** A Date, since Node takes a negative number for "now"; and none that a Date cannot hold. */
export function timeOf({mtime}: TocEntry): Date {
	return new Date(Math.max(-latest, Math.min(latest, mtime)) * 1000);
}

const latest = 8_640_000_000_000;
