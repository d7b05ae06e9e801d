import type {Stage} from '../plan/plan.ts';
import type {Request} from './request.ts';

/** Whether the cache is not asked for the steps of a stage (SURFACE KEY-5). */
export function isDoneAnew({name, index}: Pick<Stage, 'name' | 'index'>, {noCache}: Pick<Request, 'noCache'>): boolean {
	return typeof noCache === 'boolean' ? noCache : noCache.some(one => one === name || one === `${index}`);
}

/** Whether there may be such a stage. */
export function isAnyDoneAnew({noCache}: Pick<Request, 'noCache'>): boolean {
	return typeof noCache === 'boolean' ? noCache : noCache.length > 0;
}
