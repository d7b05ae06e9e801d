import {commandLineRuntime} from './command-line.ts';
import type {RuntimeSite} from './crun.ts';
import type {Runtime} from './runtime.ts';

/** https://github.com/opencontainers/runc. `--rootless`: it goes on where it cannot make cgroups. */
export function runc(site: RuntimeSite): Runtime {
	return commandLineRuntime({...site, name: 'runc', flags: ['--rootless=true']});
}
