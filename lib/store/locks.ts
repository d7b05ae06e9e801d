import {closeSync, fstatSync, ftruncateSync, openSync, readFileSync, rmSync, statSync, writeSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {tryFlock} from '../linux/flock.ts';
import type {LockOptions} from './store.ts';

const firstPause = 5;
const longestPause = 150;

type Mode = NonNullable<LockOptions['mode']>;

/**
 * Waits until this process alone, or with others that share it, has the lock file at `path`. The file holds the last holder's
 * process id and is gone after the last one. A dead process has no lock, whatever its file says.
 */
export async function lockFile(
	path: string,
	{mode = 'exclusive', onWait, signal}: LockOptions = {},
): Promise<AsyncDisposable> {
	let told = false;
	for await (const _ of pauses(signal)) {
		const fd = tryLock(path, mode);
		if (fd !== undefined) return releasedBy(() => unlock(path, fd));
		if (!told) onWait?.(holderOf(path));
		told = true;
	}
	throw new Error('the pauses never end');
}

/** Locks the file at `path`, for this process alone unless `mode` says otherwise, if that needs no waiting. */
export function tryLockFile(path: string, mode: Mode = 'exclusive'): AsyncDisposable | undefined {
	const fd = tryLock(path, mode);
	return fd === undefined ? undefined : releasedBy(() => unlock(path, fd));
}

/** Does `release` when first disposed of. A second time would close a descriptor that by then may be another's. */
export function releasedBy(release: () => void): AsyncDisposable {
	let held = true;
	return {
		async [Symbol.asyncDispose]() {
			if (held) release();
			held = false;
		},
	};
}

/** Yields at once, then after ever longer pauses, until `signal` is aborted: then rejects with its reason. */
export async function* pauses(signal?: AbortSignal): AsyncGenerator<number> {
	for (let pause = firstPause, waited = 0; ; pause = Math.min(longestPause, pause * 1.5)) {
		signal?.throwIfAborted();
		yield waited;
		await sleep(pause, undefined, signal ? {signal} : {}).catch(() => signal?.throwIfAborted());
		waited += pause;
	}
}

/** The descriptor that has the lock, or undefined if another one has it. */
function tryLock(path: string, mode: Mode): number | undefined {
	const fd = openSync(path, 'a+', 0o644);
	try {
		if (tryFlock(fd, mode) && isStillAt(path, fd)) {
			ftruncateSync(fd);
			writeSync(fd, `${process.pid}\n`);
			return fd;
		}
	} catch (error) {
		closeSync(fd);
		throw error;
	}
	closeSync(fd);
	return undefined;
}

/** Whether nobody unlocked, and so removed, the file between our opening and our locking it. */
function isStillAt(path: string, fd: number): boolean {
	return statSync(path, {throwIfNoEntry: false})?.ino === fstatSync(fd).ino;
}

/** The file goes before the lock does: who waits for it finds out by `isStillAt`. One that others share stays. */
function unlock(path: string, fd: number): void {
	if (tryFlock(fd, 'exclusive')) rmSync(path, {force: true});
	closeSync(fd);
}

function holderOf(path: string): number | undefined {
	try {
		const pid = Number.parseInt(readFileSync(path, 'utf8'), 10);
		return Number.isNaN(pid) ? undefined : pid;
	} catch {
		return undefined;
	}
}
