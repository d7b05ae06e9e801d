import type {Platform} from '../oci/platform.ts';
import type {BuildPlan, Stage} from '../plan/plan.ts';
import {emulatorFor} from '../worker/emulators.ts';
import type {BaseImages} from './bases.ts';
import type {Builder} from './builder.ts';
import {cannotRun} from './foreign-platform.ts';
import {mayBeCached} from './may-be-cached.ts';

/**
 * Refuses, before anything is done, a RUN that this machine cannot do and the cache cannot have. One that may be in the
 * cache, or whose mounts show files that are not looked up yet, is refused when its turn comes.
 */
export async function refuseUnrunnable(
	plans: readonly BuildPlan[],
	bases: BaseImages,
	builder: Pick<Builder, 'cache' | 'request' | 'epoch'>,
): Promise<void> {
	for (const {stages} of plans) {
		const platforms = new Map<string, Platform>();
		for (const stage of stages) {
			const platform = await platformOf(stage, bases, platforms);
			platforms.set(stage.name, platform);
			if (emulatorFor(platform)) continue;
			const foreign = stage.steps.find(step => step.kind === 'run' && !mayBeCached(step, stage, builder));
			if (foreign?.kind === 'run') throw cannotRun(foreign, stage, platform);
		}
	}
}

/** What the programs of a stage are for: an image says it itself, whatever was asked for (SURFACE FRM-9). */
async function platformOf(
	{base, platform}: Stage,
	bases: BaseImages,
	known: ReadonlyMap<string, Platform>,
): Promise<Platform> {
	if (base.kind === 'stage') return known.get(base.stage) ?? platform;
	if (base.kind === 'scratch' || base.kind === 'context') return platform;
	return (await bases.resolve(base)).config;
}
