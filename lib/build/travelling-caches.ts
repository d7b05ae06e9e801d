import type {BuildPlans} from '../plan/platforms.ts';
import type {BaseImages} from './bases.ts';
import type {Builder} from './builder.ts';
import type {CacheFrom} from './cache-options.ts';
import type {Request} from './request.ts';

/** The same build without one of the caches that it was to read. */
export function withoutCache(request: Request, name: string): Request {
	const isOther = (from: CacheFrom) => (from.type === 'local' ? from.src : from.ref) !== name;
	return {...request, cacheFrom: request.cacheFrom.filter(isOther)};
}

/**
 * The builder with the caches of elsewhere that were asked for: it finds steps in some, and writes them to others. Whoever asks for
 * none loads nothing.
 */
export async function withCaches(
	builder: Builder,
	planned: {readonly plans: BuildPlans; readonly bases: BaseImages},
): Promise<Builder> {
	const {cacheFrom, cacheTo, cacheMountsFrom, cacheMountsTo} = builder.request;
	const stepping = cacheFrom.length === 0 && cacheTo.length === 0 ? builder : await withSteps(builder, planned);
	if (cacheMountsFrom.length === 0 && cacheMountsTo.length === 0) return stepping;
	const {openMountCaches} = await import('./mount-caches.ts');
	return {...stepping, mountCaches: await openMountCaches(stepping)};
}

async function withSteps(
	builder: Builder,
	planned: {readonly plans: BuildPlans; readonly bases: BaseImages},
): Promise<Builder> {
	const {cacheTo} = builder.request;
	const {openImports} = await import('./cache-imports.ts');
	const {caches, cache} = await openImports(builder, planned);
	const reading = {...builder, cache};
	if (cacheTo.length === 0) return reading;
	const {cacheExports} = await import('./cache-exports.ts');
	return {...reading, exports: cacheExports(cacheTo, {plans: planned.plans, imports: caches}, reading)};
}
