import type {Escape} from '../dockerfile/directives.ts';
import {configOf} from './base.ts';
import type {Globals} from './globals.ts';
import type {Graph} from './graph.ts';
import type {Stage} from './plan.ts';
import type {Reached} from './reach.ts';
import type {PlanRequest} from './request.ts';
import {type Scope, scopeOf} from './scope.ts';
import type {StepDraft} from './steps/draft.ts';
import {planInstruction} from './steps/plan.ts';

/** A stage without numbers, and what those that are FROM it begin with. */
export interface StageDraft extends Omit<Stage, 'steps'> {
	readonly steps: readonly StepDraft[];
	readonly scope: Scope;
}

/** What all stages of a plan share. */
export interface Planning {
	readonly request: PlanRequest;
	readonly graph: Graph;
	readonly globals: Globals;
	readonly buildArgs: ReadonlyMap<string, string>;
	readonly escape: Escape;
}

/** Plans a stage; `drafts` holds those above it. */
export function planStage(
	{node, base, instructions, needs}: Reached,
	drafts: ReadonlyMap<string, StageDraft>,
	planning: Planning,
): StageDraft {
	const {request, graph} = planning;
	const parent = base.kind === 'stage' ? drafts.get(base.stage) : undefined;
	const platform = parent?.platform ?? ('platform' in base ? base.platform : request.platform);
	const surroundings = {
		...planning,
		network: request.network,
		platform: request.platform,
		source: (name: Parameters<Graph['source']>[0], instruction: Parameters<Graph['source']>[2]) =>
			graph.source(name, node, instruction),
	};
	// FROM stage: its ENV, ARGs, WORKDIR, USER and SHELL go on (SURFACE EXP-7); but the history names only a stage's own ARGs
	let scope = parent ? {...parent.scope, args: new Map()} : scopeOf(configOf(base, request.bases) ?? {});
	const steps: StepDraft[] = [{kind: 'base', text: node.from.text.replace(/\s+/g, ' '), location: node.from.location}];
	for (const instruction of instructions) {
		const planned = planInstruction(instruction, scope, surroundings);
		steps.push(planned.step);
		scope = planned.scope;
	}
	return {name: node.name, index: node.index, base, platform, needs, steps, scope};
}
