import {existsSync, mkdirSync, readdirSync, statfsSync} from 'node:fs';
import {join} from 'node:path';
import {mount, mountFlags} from '../linux/mount.ts';

/** Magic number of the unified hierarchy's filesystem: CGROUP2_SUPER_MAGIC in <linux/magic.h>. */
const unified = 0x63677270;

/**
 * Hides cgroups v1 from the runtimes, in our mount namespace. crun looks at them even when it is told to leave them
 * alone, and refuses hybrid ones; runc would make its own where it can, and nobody would remove it after a kill -9. A
 * read-only look-alike makes runc go on without, and crun see no hybrid. Cgroups v2 stay: both cope with those.
 */
export function hideCgroups(folder = '/sys/fs/cgroup'): void {
	if (!existsSync(folder) || statfsSync(folder).type === unified) return;
	const controllers = readdirSync(folder).filter(name => name !== 'unified');
	const {noSuid, noDev, noExec, readOnly, remount} = mountFlags;
	mount(folder, {type: 'tmpfs', source: 'none', data: 'mode=755'});
	for (const name of controllers) mkdirSync(join(folder, name));
	mount(folder, {type: 'tmpfs', source: 'none', flags: remount | readOnly | noSuid | noDev | noExec});
}
