import type {BigIntStats} from 'node:fs';

/** Nanoseconds since the epoch, as far as this clock shows them. */
export function nanoseconds(): bigint {
	return BigInt(Date.now()) * 1_000_000n;
}

/** Two seconds are the coarsest clock of a filesystem. */
const coarsest = 2_000_000_000n;

/**
 * git's racy-clean rule (https://git-scm.com/docs/racy-git): a file may be written once more within the same tick of its clock, which no
 * timestamp shows. So what has changed so shortly before `now`, in nanoseconds, is not to be remembered (W-33).
 */
export function isSettled({mtimeNs, ctimeNs}: Pick<BigIntStats, 'mtimeNs' | 'ctimeNs'>, now: bigint): boolean {
	return mtimeNs + coarsest < now && ctimeNs + coarsest < now;
}
