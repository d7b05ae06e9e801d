import {parseDockerfile} from '../dockerfile/parse.ts';
import type {ContainerConfig} from '../oci/image.ts';
import {hostPlatform} from '../oci/platform.ts';
import {baseKey} from '../plan/base.ts';
import {planDockerfile} from '../plan/dockerfile.ts';
import type {BuildPlan} from '../plan/plan.ts';
import type {Store} from '../store/store.ts';
import {knownImages, named} from './base-hints.ts';
import {type BaseImages, baseImages} from './bases.ts';
import type {Contexts} from './contexts.ts';
import type {EventStream} from './event-stream.ts';
import type {Request} from './request.ts';

/** What a plan is made from, besides the request. */
export interface PlanSources {
	readonly contexts: Contexts;
	readonly store: Store;
	readonly signal: AbortSignal;
	readonly events: EventStream;
}

/** A plan, and the images that its FROMs stand for. */
export interface Planned {
	readonly plan: BuildPlan;
	readonly bases: BaseImages;
}

/** Makes the plan: it is asked for again and again, until it misses no base's config. Fetches manifests and configs, no layers. */
export async function planContexts(request: Request, sources: PlanSources): Promise<Planned> {
	const {text, name} = sources.contexts.dockerfile;
	const dockerfile = parseDockerfile(text, name);
	const bases = baseImages(request, sources);
	const configs = new Map<string, ContainerConfig>();
	for (;;) {
		const answer = planDockerfile(dockerfile, {
			...(request.target === undefined ? {} : {target: request.target}),
			buildArgs: request.buildArgs,
			platform: request.platform,
			buildPlatform: hostPlatform(),
			contexts: sources.contexts.named,
			network: request.network,
			bases: configs,
		});
		if ('plan' in answer) return {plan: answer.plan, bases};
		const found = answer.missing.map(async ({base, location}) => {
			const image = await named(bases.resolve(base), {
				name: 'name' in base ? base.name : '',
				location,
				candidates: knownImages(sources.store),
			});
			configs.set(baseKey(base), image.config.config ?? {});
		});
		await Promise.all(found);
	}
}
