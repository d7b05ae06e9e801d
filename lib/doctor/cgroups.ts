import {existsSync, statfsSync} from 'node:fs';
import type {Finding} from '../catalog/catalog.ts';

/** CGROUP2_SUPER_MAGIC of <linux/magic.h>. */
const unified = 0x63677270;

/** Which cgroups there are. RUN needs none; only limits would. */
export function cgroups(folder = '/sys/fs/cgroup'): Finding {
	const topic = 'cgroups';
	if (!existsSync(folder)) return {topic, state: 'warning', found: 'none: memory limits cannot be set'};
	if (statfsSync(folder).type === unified) return {topic, state: 'ok', found: 'v2'};
	const version = existsSync(`${folder}/unified`) ? 'hybrid v1/v2' : 'v1';
	return {topic, state: 'warning', found: `${version}: memory limits cannot be set`};
}
