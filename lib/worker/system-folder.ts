import {readFileSync} from 'node:fs';
import {lockedFlags} from '../linux/locked-flags.ts';
import {mount, mountFlags} from '../linux/mount.ts';
import {isBelow, parseMountinfo} from '../linux/mountinfo.ts';

const flags: Readonly<Record<string, number>> = {
	nosuid: mountFlags.noSuid,
	nodev: mountFlags.noDev,
	noexec: mountFlags.noExec,
};

/**
 * Makes /sys and all that is mounted below it read-only, in our mount namespace. A RUN sees them by a recursive bind, in which
 * read-only is said of the top alone: cgroups delegated to the user, or debugfs where root runs a build, would stay writable.
 */
export function protectSys(folder = '/sys'): void {
	const mountinfo = readFileSync('/proc/self/mountinfo', 'utf8');
	const points = parseMountinfo(mountinfo).map(({point}) => point);
	for (const point of points.filter(point => isBelow(folder, point))) {
		const locked = lockedFlags(point, mountinfo).reduce((sum, name) => sum | (flags[name] ?? 0), 0);
		remountReadOnly(point, locked);
	}
}

/** A mount that another one covers, or that is not for us to see, cannot be reached by its name: by no RUN either. */
function remountReadOnly(point: string, locked: number): void {
	const {remount, bind, readOnly} = mountFlags;
	try {
		mount(point, {type: 'none', flags: remount | bind | readOnly | locked});
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (!['EINVAL', 'ENOENT', 'EACCES'].includes(code ?? '')) throw error;
	}
}
