import type {Dockerfile} from '../dockerfile/dockerfile.ts';
import {frontendError, isForeign, isOwnFrontend} from '../dockerfile/syntax.ts';
import {baseKey} from './base.ts';
import {sourceDateEpoch} from './epoch.ts';
import {deepFreeze} from './freeze.ts';
import {globalArgs} from './globals.ts';
import {stageGraph, targetNode} from './graph.ts';
import {namedContexts} from './named-contexts.ts';
import {numberSteps} from './number.ts';
import type {BuildPlan} from './plan.ts';
import {type Reach, reachFrom} from './reach.ts';
import type {MissingBase, PlanAnswer, PlanRequest} from './request.ts';
import {type Planning, planStage, type StageDraft} from './stage.ts';
import {unusedArgs} from './unused-args.ts';

/**
 * Lowers a Dockerfile to what a build of it will do: the stages that the target reaches, every word expanded. Pure, and
 * the same for the same input. Until the configs of all bases are known it answers with those that are missing; whoever
 * asks fetches them and asks again. Throws a DockerfileError for what cannot be built.
 */
export function planDockerfile(dockerfile: Dockerfile, request: PlanRequest): PlanAnswer {
	const buildArgs = new Map(Object.entries(request.buildArgs));
	checkFrontend(dockerfile, buildArgs.get('BUILDKIT_SYNTAX'));
	const globals = new Map(globalArgs(dockerfile, request, buildArgs));
	const findContext = namedContexts(request.contexts);
	const dated = sourceDateEpoch(
		dockerfile,
		globals.get('SOURCE_DATE_EPOCH') ?? buildArgs.get('SOURCE_DATE_EPOCH'),
		request,
	);
	if ('untimed' in dated) return deepFreeze({untimed: dated.untimed});
	if (dated.epoch !== undefined) for (const known of [globals, buildArgs]) tellEpoch(known, dated.epoch);
	const graph = stageGraph({dockerfile, globals, findContext, platform: request.platform, from: request.from});
	const target = targetNode(graph.nodes, request.target);
	const reach = reachFrom([target], graph, request);
	if (reach.missing.length > 0) return deepFreeze({missing: distinct(reach.missing)});

	const planning = {request, graph, globals, buildArgs, escape: dockerfile.escape};
	const names = new Set(reach.stages.map(({node}) => node.name));
	const triggers = reach.stages.flatMap(({instructions}) => instructions);
	const plan: BuildPlan = {
		version: 1,
		target: target.name,
		platform: request.platform,
		file: dockerfile.file,
		stages: numberSteps(planStages(reach, planning)),
		...dated,
		omitted: graph.nodes.map(({name}) => name).filter(name => !names.has(name)),
		unusedArgs: unusedArgs(dockerfile, triggers, buildArgs.keys()),
	};
	return deepFreeze({plan});
}

/** Programs are told the time itself, not what has it (SURFACE ARG-9). */
function tellEpoch(known: Map<string, string>, epoch: number): void {
	if (known.has('SOURCE_DATE_EPOCH')) known.set('SOURCE_DATE_EPOCH', String(epoch));
}

function planStages({stages}: Reach, planning: Planning) {
	const drafts = new Map<string, StageDraft>();
	for (const reached of stages) drafts.set(reached.node.name, planStage(reached, drafts, planning));
	return [...drafts.values()].map(({scope: _, ...stage}) => stage);
}

/** The build arg BUILDKIT_SYNTAX goes before the directive; `dockerfile.v0` is the language as strata has it. */
function checkFrontend({syntax, file}: Dockerfile, chosen: string | undefined): void {
	if (chosen === 'dockerfile.v0' || (chosen !== undefined && isOwnFrontend(chosen))) return;
	const asked = chosen === undefined ? syntax : {name: 'syntax' as const, value: chosen, line: syntax?.line ?? 1};
	if (asked && isForeign(asked)) throw frontendError(asked, file);
}

function distinct(bases: readonly MissingBase[]): readonly MissingBase[] {
	const keys = bases.map(({base}) => baseKey(base));
	return bases.filter((_, index) => keys.indexOf(keys[index] ?? '') === index);
}
