import {statfsSync} from 'node:fs';
import {mount} from '../linux/mount.ts';
import {workerHandlers} from './handlers.ts';
import {serve} from './serve.ts';

/** Magic number of the unified hierarchy's filesystem: CGROUP2_SUPER_MAGIC in <linux/magic.h>. */
const cgroup2 = 0x63677270;

process.umask(0o022);
mount('/proc', {type: 'proc'});
maskCgroups();
serve(workerHandlers());

/** crun looks even when it is told to leave cgroups alone, and refuses v1 and hybrid ones. */
function maskCgroups(): void {
	try {
		if (statfsSync('/sys/fs/cgroup').type !== cgroup2) mount('/sys/fs/cgroup', {type: 'tmpfs', source: 'none'});
	} catch {
		// A machine without cgroups has nothing to hide.
	}
}
