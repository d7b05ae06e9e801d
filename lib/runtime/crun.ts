import {commandLineRuntime} from './command-line.ts';
import type {Runtime} from './runtime.ts';

/** Where a runtime lies, and where it may keep its notes. */
export interface RuntimeSite {
	readonly path: string;
	readonly version: string;
	readonly state: string;
}

/** https://github.com/containers/crun. We set no limits, so it needs no cgroups, and must not look: it refuses hybrid ones. */
export function crun(site: RuntimeSite): Runtime {
	return commandLineRuntime({...site, name: 'crun', flags: ['--cgroup-manager=disabled']});
}
