import {readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';

/**
 * Stops all processes of a container until disposed of, so that its files are at rest. `pidFile` is where the runtime wrote the id of the
 * first of them. Without cgroups there is no freezer: they get STOP, one after another, parents before children: no shell that waits for a
 * program then sees that it was stopped.
 */
export async function pauseContainer(pidFile: string): Promise<Disposable> {
	const namespace = namespaceOf(readFileSync(pidFile, 'utf8').trim());
	const stopped = new Set<number>();
	for (;;) {
		const found = processesIn(namespace).filter(pid => !stopped.has(pid));
		if (found.length === 0) break;
		for (const pid of found) {
			send(pid, 'SIGSTOP');
			stopped.add(pid);
			await isStopped(pid);
		}
	}
	return {
		[Symbol.dispose]() {
			for (const pid of [...stopped].reverse()) send(pid, 'SIGCONT');
		},
	};
}

/** By their ids, which grow. Undefined has no processes. */
function processesIn(namespace: string | undefined): readonly number[] {
	if (namespace === undefined) return [];
	const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
	return pids
		.filter(pid => namespaceOf(pid) === namespace)
		.map(Number)
		.sort((one, other) => one - other);
}

/** Of a process that is gone there is none. */
function namespaceOf(pid: string): string | undefined {
	try {
		return readlinkSync(`/proc/${pid}/ns/pid`);
	} catch {
		return undefined;
	}
}

/** Waits until a process has taken notice, or is gone; one that waits for a disk may take longer, and changes nothing meanwhile. */
async function isStopped(pid: number): Promise<void> {
	for (let attempt = 0; attempt < 100; attempt += 1) {
		if (!/\) [RSD]/.test(statOf(pid))) return;
		await delay(1);
	}
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function statOf(pid: number): string {
	try {
		return readFileSync(`/proc/${pid}/stat`, 'utf8');
	} catch {
		return '';
	}
}

function send(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(pid, signal);
	} catch {
		// It has ended.
	}
}
