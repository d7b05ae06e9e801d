import type {UserIds} from '../oci/passwd.ts';
import type {Capabilities, Linux, Process, Rlimit, Spec} from '../oci/runtime.ts';
import {allCapabilities, defaultCapabilities} from './capabilities.ts';
import type {ResourceLimit, RunJob} from './job.ts';
import {bundleMounts} from './mounts.ts';
import {seccompProfile} from './seccomp.ts';

export interface BundleOptions {
	/** Only one id is mapped: owners cannot change (devpts has no group, chown is answered as done). */
	readonly singleID?: boolean;
	/** Of the host, as Node names it; default: this one. */
	readonly arch?: string;
	/** `nosuid`, `nodev`, `noexec`: what the mount has that a bind's source lies on, and the bind may not lose. Default: nothing. */
	readonly locked?: (source: string) => readonly string[];
	readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * The config.json of a RUN: https://github.com/opencontainers/runtime-spec/blob/main/config.md. Pure, and the same for
 * runc and crun: it asks for no user or cgroup namespace, no resources and no limit above ours, which neither could give
 * without root. Sources of mounts are relative to the bundle, where `bundleFiles` says what must lie.
 */
export function bundleConfig(job: RunJob, user: UserIds, rootfs: string, options: BundleOptions = {}): Spec {
	return {
		ociVersion: '1.0.2',
		process: processOf(job, user, options.singleID ?? false),
		root: {path: rootfs},
		hostname: job.hostname,
		mounts: bundleMounts(job, options),
		...(options.annotations && {annotations: options.annotations}),
		linux: linuxOf(job, options),
	};
}

function processOf(job: RunJob, user: UserIds, singleID: boolean): Process {
	const hasHome = job.env.some(variable => /^HOME=./.test(variable));
	return {
		terminal: job.terminal !== undefined,
		...(job.terminal && {consoleSize: {height: job.terminal.rows, width: job.terminal.columns}}),
		user: {uid: user.uid, gid: user.gid, umask: 0o022, additionalGids: singleID ? [] : supplementary(user)},
		args: job.argv,
		env: hasHome ? job.env : [...job.env.filter(variable => variable !== 'HOME='), `HOME=${user.home}`],
		cwd: job.cwd,
		capabilities: capabilitiesOf(job),
		...(job.limits && job.limits.length > 0 ? {rlimits: job.limits.map(rlimit)} : {}),
		noNewPrivileges: false,
	};
}

function rlimit({name, soft, hard}: ResourceLimit): Rlimit {
	return {type: `RLIMIT_${name.toUpperCase()}`, soft, hard};
}

/** RLIM_INFINITY is 2^64 - 1, which no number of JavaScript is: a text that nothing else in a bundle can be stands for it. */
const infinity = '\0infinity';

/** The text of config.json. */
export function configText(config: Spec, indent?: string): string {
	const text = JSON.stringify(config, (_, value) => (value === Number.POSITIVE_INFINITY ? infinity : value), indent);
	return text.replaceAll(JSON.stringify(infinity), '18446744073709551615');
}

/** The main group is among them: else a program could lose what is denied to that group by changing it (CVE-2022-36109). */
function supplementary({gid, groups}: UserIds): readonly number[] {
	return [gid, ...groups.filter(group => group !== gid)];
}

/** Nothing inheritable or ambient: a program of another user gets none (CVE-2022-24769). */
function capabilitiesOf(job: RunJob): Capabilities {
	const names = job.security === 'insecure' ? allCapabilities : defaultCapabilities;
	return {bounding: names, effective: names, permitted: names};
}

function linuxOf(job: RunJob, options: BundleOptions): Linux {
	const shared = [{type: 'pid'}, {type: 'ipc'}, {type: 'uts'}, {type: 'mount'}] as const;
	const namespaces = job.network === 'none' ? [...shared, {type: 'network'} as const] : shared;
	if (job.security === 'insecure') return {namespaces, readonlyPaths: devices};
	return {
		namespaces,
		seccomp: seccompProfile(options.arch ?? process.arch, options.singleID ?? false),
		maskedPaths,
		readonlyPaths: [...readonlyPaths, ...devices],
	};
}

/** What tells about, or changes, the machine and not the container. */
const maskedPaths = [
	'/proc/acpi',
	'/proc/asound',
	'/proc/interrupts',
	'/proc/kcore',
	'/proc/keys',
	'/proc/latency_stats',
	'/proc/sched_debug',
	'/proc/scsi',
	'/proc/timer_list',
	'/proc/timer_stats',
	'/sys/devices/virtual/powercap',
	'/sys/firmware',
];
/** Nodes of the machine itself: a namespace can make none. Reading and writing goes on; mode and owner are the machine's, not to be changed by its root. */
const devices = ['full', 'null', 'random', 'tty', 'urandom', 'zero'].map(name => `/dev/${name}`);

const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];
