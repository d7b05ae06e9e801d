import {setImmediate as turn} from 'node:timers/promises';
import type {Digest} from '../oci/digest.ts';
import type {Step} from '../plan/plan.ts';
import type {Builder} from './builder.ts';
import type {Files} from './files.ts';
import {type KeyFields, partialKey, stepKey} from './key.ts';

/** The right to do a step, which other processes that come to the same step wait for. */
export interface Claim {
	/** Whether somebody else may have done the step before the claim was granted. */
	readonly granted: boolean;
	/** Gives the step free. To be called once its record is kept, or there will be none. */
	release(): Promise<void>;
}

/** For a step that is done as fast as it is claimed. */
export const noClaim: Claim = {granted: false, release: async () => {}};

/** A step that is about to be done, and the files that it starts from. */
export interface Claimed {
	readonly step: Step;
	readonly fields: KeyFields;
	readonly files: Files;
}

/**
 * Claims a step, after whoever has it. What step it is shows once the files it starts from are packed: if they are not
 * yet, it is done without waiting, and claimed as soon as that is known.
 */
export async function claimStep(claimed: Claimed, builder: Builder): Promise<Claim> {
	const parent = claimed.files.fsid.known();
	return parent === undefined ? claimLater(claimed, builder) : claimNow(claimed, parent, builder);
}

async function claimNow({step, fields}: Claimed, parent: Digest, {store, signal, events}: Builder): Promise<Claim> {
	const lock = await store.lock(lockName(fields, parent), {
		signal,
		onWait: pid => events.emit({type: 'step.waiting', step: step.id, for: 'lock', ...(pid ? {pid} : {})}),
	});
	return {granted: true, release: () => release(lock)};
}

function claimLater({fields, files}: Claimed, {store}: Builder): Claim {
	const over = new AbortController();
	const lock = files.fsid.promise
		.then(parent => store.lock(lockName(fields, parent), {signal: over.signal}))
		.catch(() => undefined);
	return {
		granted: false,
		async release() {
			over.abort();
			const held = await lock;
			if (held) await release(held);
		},
	};
}

function lockName(fields: KeyFields, parent: Digest): string {
	return `step/${stepKey(partialKey(fields), parent)}`;
}

/** A turn later, so that we come before those who waited to the step that follows, and they wait for that too. */
async function release(lock: AsyncDisposable): Promise<void> {
	await turn();
	await lock[Symbol.asyncDispose]();
}
