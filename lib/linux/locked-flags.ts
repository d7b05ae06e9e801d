import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {isBelow, type MountLine, parseMountinfo} from './mountinfo.ts';

const restrictions = ['nosuid', 'nodev', 'noexec'];

/**
 * Which restrictions the mount has that `path` lies on. In a user namespace they are locked: a read-only bind of
 * what lies there must repeat them (mount_namespaces(7), "Restrictions on mount namespaces").
 */
export function lockedFlags(path: string, mountinfo = readFileSync('/proc/self/mountinfo', 'utf8')): readonly string[] {
	const options = mountOf(resolve(path), mountinfo)?.options ?? [];
	return restrictions.filter(name => options.includes(name));
}

/** The mount that covers a path: the last one whose mount point is the longest prefix. */
function mountOf(path: string, mountinfo: string): MountLine | undefined {
	const mounts = parseMountinfo(mountinfo).filter(({point}) => isBelow(point, path));
	return mounts.reduce<MountLine | undefined>(
		(best, mount) => (!best || mount.point.length >= best.point.length ? mount : best),
		undefined,
	);
}
