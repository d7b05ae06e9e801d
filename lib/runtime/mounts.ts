import type {Mount} from '../oci/runtime.ts';
import type {BundleOptions} from './bundle.ts';
import type {RunJob, TmpfsMount} from './job.ts';
import {resolvConf} from './resolv-conf.ts';

/** A file that a bundle holds besides config.json; `path` is relative to the bundle. */
export interface BundleFile {
	readonly path: string;
	readonly data: string;
	readonly mode: number;
}

/** What /etc/resolv.conf of the host says, and therefore that of a RUN, as far as the job does not. */
export interface BundleFacts {
	readonly resolvConf: string;
}

/** The files that the mounts of a bundle show. */
export function bundleFiles(job: RunJob, facts: BundleFacts): readonly BundleFile[] {
	return [
		{path: 'hosts', data: hostsFile(job), mode: 0o644},
		{path: 'resolv.conf', data: job.dns ? resolvConf(facts.resolvConf, job.dns) : facts.resolvConf, mode: 0o644},
		...job.files.map(({data, mode}, index) => ({path: `files/${index}`, data, mode})),
	];
}

/** The mounts of a RUN in the order they are made: the kernel's, the files of the network, then the job's, parents first. */
export function bundleMounts(job: RunJob, options: BundleOptions): readonly Mount[] {
	const bind = (destination: string, source: string, readOnly: boolean): Mount => ({
		destination,
		type: 'bind',
		source,
		options: ['rbind', 'rprivate', ...(readOnly ? ['ro', ...(options.locked?.(source) ?? [])] : ['rw'])],
	});
	const own = job.mounts.map(mount =>
		mount.type === 'bind' ? bind(mount.target, mount.source, mount.readOnly) : tmpfs(mount),
	);
	const files = job.files.map(({path}, index) => bind(path, `files/${index}`, true));
	return [
		...kernelMounts(job, options.singleID ?? false),
		sysMount(job),
		bind('/etc/hosts', 'hosts', true),
		bind('/etc/resolv.conf', 'resolv.conf', true),
		...[...own, ...files].toSorted((one, other) => depth(one) - depth(other)),
	];
}

/** Docker's. The terminal group is left out where it is not mapped: devpts would refuse it. */
function kernelMounts({shmSize = 64 * 2 ** 20}: RunJob, singleID: boolean): readonly Mount[] {
	const terminals = ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', ...(singleID ? [] : ['gid=5'])];
	return [
		kernel('/proc', 'proc', ['nosuid', 'noexec', 'nodev']),
		kernel('/dev', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k']),
		kernel('/dev/pts', 'devpts', terminals),
		kernel('/dev/shm', 'tmpfs', ['nosuid', 'noexec', 'nodev', 'mode=1777', `size=${shmSize}`], 'shm'),
		kernel('/dev/mqueue', 'mqueue', ['nosuid', 'noexec', 'nodev']),
	];
}

/** A sysfs shows the network namespace, so only who owns that may mount one; else the host's is seen, read-only. */
function sysMount(job: RunJob): Mount {
	const options = ['nosuid', 'noexec', 'nodev', ...(job.security === 'insecure' ? [] : ['ro'])];
	if (job.network === 'none') return kernel('/sys', 'sysfs', options);
	return {destination: '/sys', type: 'bind', source: '/sys', options: ['rbind', 'rprivate', ...options]};
}

function kernel(destination: string, type: string, options: readonly string[], source = type): Mount {
	return {destination, type, source, options};
}

/** Programs may be run from it: that is where builds like to compile. */
function tmpfs({target, readOnly, size, mode}: TmpfsMount): Mount {
	return kernel(target, 'tmpfs', [
		...['nosuid', 'nodev'],
		...(readOnly ? ['ro'] : []),
		...(size === undefined ? [] : [`size=${size}`]),
		...(mode === undefined ? [] : [`mode=${mode.toString(8)}`]),
	]);
}

function depth(mount: Mount): number {
	return mount.destination.split('/').length;
}

/** Names resolve on loopback as everywhere; `--add-host` lines follow. */
function hostsFile(job: RunJob): string {
	const lines = [
		`127.0.0.1\tlocalhost ${job.hostname}`,
		'::1\tlocalhost ip6-localhost ip6-loopback',
		...job.hosts.map(({name, address}) => `${address}\t${name}`),
	];
	return `${lines.join('\n')}\n`;
}
