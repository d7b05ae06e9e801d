import type {RunStep, Stage} from '../plan/plan.ts';
import {isDoneAnew} from './anew.ts';
import type {Builder} from './builder.ts';
import {runFields} from './run.ts';
import {knownMountFields} from './run-mounts.ts';

/** Whether the cache may have a RUN, as far as that can be told before its turn: not if it is done anew, or none like it was ever recorded. */
export function mayBeCached(
	step: RunStep,
	stage: Stage,
	{cache, request, epoch}: Pick<Builder, 'cache' | 'request' | 'epoch'>,
): boolean {
	if (isDoneAnew(stage, request)) return false;
	const mounts = knownMountFields(step);
	return mounts === undefined || cache.mayHave({...runFields(step, stage, {request, epoch}), mounts});
}
