import {closeSync, ftruncateSync, openSync, readFileSync, statSync, writeSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {StoreError} from '../errors.ts';
import {tryFlock} from '../linux/flock.ts';
import {forStore} from './failure.ts';
import {pauses, releasedBy} from './locks.ts';

/** Who locks the store, and for how long it tries. */
export interface GuardOptions {
	readonly mode: 'shared' | 'exclusive';
	/** What others are told has it: `strata prune`. Only for `exclusive`. */
	readonly holder?: string;
	/** Milliseconds that a lock of another is waited for; default: 1000. */
	readonly patience?: number;
	readonly signal?: AbortSignal;
}

/**
 * Waits until nobody has the store open, and keeps all others from opening it until disposed of. A process must not
 * have the store open itself. Rejects with a StoreError when `patience` ends.
 */
export function lockStoreExclusively(root: string, options: Omit<GuardOptions, 'mode'> = {}): Promise<AsyncDisposable> {
	return lockStore(resolve(root), {...options, mode: 'exclusive'});
}

/** Locks ROOT/lock: shared by whoever has the store open, exclusive to prune and to a change of format. */
export async function lockStore(root: string, options: GuardOptions): Promise<AsyncDisposable> {
	const {mode, holder = 'strata', patience = 1000, signal} = options;
	const path = join(root, 'lock');
	const fd = forStore({root, doing: 'locking it'}, () => openSync(path, 'a+', 0o644));
	try {
		for await (const waited of pauses(signal)) {
			if (forStore({root, doing: 'locking it'}, () => tryFlock(fd, mode))) break;
			if (waited >= patience) throw mode === 'shared' ? lockedBy(path) : inUse(root);
		}
		if (mode === 'exclusive') sign(fd, `${process.pid} ${holder}`);
		return releasedBy(() => closeSync(fd));
	} catch (error) {
		closeSync(fd);
		throw error;
	}
}

function sign(fd: number, text: string): void {
	ftruncateSync(fd);
	writeSync(fd, `${text}\n`);
}

function lockedBy(path: string): StoreError {
	const [, pid, holder] = /^(\d+) (.+)$/m.exec(readFileSync(path, 'utf8')) ?? [];
	const by = pid === undefined ? 'another process' : `${holder} (process ${pid})`;
	const since = pid === undefined ? '' : ` since ${formatAge(Date.now() - statSync(path).mtimeMs)}`;
	return new StoreError('STORE_LOCKED', `the store is locked by ${by}${since}`, {
		help: ["wait, or end that process; a dead one's lock is taken over by itself"],
	});
}

function inUse(root: string): StoreError {
	return new StoreError('STORE_IN_USE', 'the store is in use by another strata', {
		notes: [`it is in ${root}`],
		help: ['wait until that build has ended'],
	});
}

/** `5m 00s`, `2.1s`. */
function formatAge(ms: number): string {
	const seconds = Math.max(0, ms) / 1000;
	if (seconds < 60) return `${seconds.toFixed(1)}s`;
	const [minutes, rest] = [Math.floor(seconds / 60), Math.floor(seconds % 60)];
	return `${minutes}m ${String(rest).padStart(2, '0')}s`;
}
