import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';

/** Runs a command as `user` to its end: `{seconds, cpu, peak}`. With `watch` the peak of its memory is looked for, which takes time. */
export async function measure([command, ...args], {user, home, watch = false}) {
	const env = {PATH: process.env.PATH, HOME: home, USER: user.name, XDG_RUNTIME_DIR: join(home, 'run')};
	const accounting = openAccounting();
	const start = process.hrtime.bigint();
	const child = accounting.start(() =>
		spawn(command, args, {env, cwd: home, uid: user.uid, gid: user.gid, stdio: ['ignore', 'ignore', 'pipe']}),
	);
	const memory = watch ? watchMemory(child.pid) : undefined;
	const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
	const seconds = Number(process.hrtime.bigint() - start) / 1e9;
	const measured = {seconds, cpu: accounting.end(), peak: memory?.end()};
	if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
	return measured;
}

/** Whatever is written reaches the disk before the next measurement. */
export function settleDisk() {
	execFileSync('sync');
}

const hierarchy = '/sys/fs/cgroup/cpuacct';

/** CPU seconds of a process and all its descendants, also those that nobody waited for; only where cgroups v1 and root can be had. */
function openAccounting() {
	if (process.getuid() !== 0 || !existsSync(join(hierarchy, 'cgroup.procs')))
		return {start: spawned => spawned(), end: () => undefined};
	const group = join(hierarchy, `strata-bench-${process.pid}`);
	mkdirSync(group, {recursive: true});
	return {
		start(spawned) {
			writeFileSync(join(group, 'cgroup.procs'), `${process.pid}`);
			try {
				return spawned();
			} finally {
				writeFileSync(join(hierarchy, 'cgroup.procs'), `${process.pid}`);
			}
		},
		end() {
			const used = Number(readFileSync(join(group, 'cpuacct.usage'), 'utf8')) / 1e9;
			try {
				rmdirSync(group);
			} catch {
				// Something of it still runs: the next measurement counts on.
			}
			return used;
		},
	};
}

/** Milliseconds between two looks. */
const pause = 20;

/** The highest sum of the proportional set sizes of a process and its descendants, without containers. */
function watchMemory(pid) {
	let peak = 0;
	const look = () => {
		peak = Math.max(peak, sumOf(pid));
	};
	const timer = setInterval(look, pause);
	look();
	return {
		end() {
			clearInterval(timer);
			return peak;
		},
	};
}

function sumOf(pid) {
	const own = sizeOf(pid);
	const isRuntime = /^(runc|crun)/.test(read(`/proc/${pid}/comm`));
	return isRuntime ? own : childrenOf(pid).reduce((sum, child) => sum + sumOf(child), own);
}

/** https://docs.kernel.org/filesystems/proc.html: shared pages count in proportion. */
function sizeOf(pid) {
	return Number(/^Pss: +(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024;
}

function childrenOf(pid) {
	return threadsOf(pid).flatMap(thread => read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean));
}

function threadsOf(pid) {
	try {
		return readdirSync(`/proc/${pid}/task`);
	} catch {
		return [];
	}
}

/** Nothing of a process that has ended meanwhile. */
function read(path) {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
}
