import type {Escape} from '../dockerfile/directives.ts';
import type {Platform} from '../oci/platform.ts';
import {configOf} from './base.ts';
import type {Globals} from './globals.ts';
import type {Graph} from './graph.ts';
import type {Stage} from './plan.ts';
import type {Reached} from './reach.ts';
import type {PlanRequest} from './request.ts';
import {type Scope, scopeOf, withEnvironment} from './scope.ts';
import type {StepDraft, Surroundings} from './steps/draft.ts';
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

/** What a stage begins with. */
export interface StageStart {
	readonly scope: Scope;
	readonly platform: Platform;
	readonly surroundings: Surroundings;
}

/** What a stage begins with; `drafts` holds the stages above it. */
export function startStage(
	{node, base}: Reached,
	drafts: ReadonlyMap<string, Pick<StageDraft, 'scope' | 'platform'>>,
	planning: Planning,
): StageStart {
	const {request, graph} = planning;
	const parent = base.kind === 'stage' ? drafts.get(base.stage) : undefined;
	return {
		platform: parent?.platform ?? ('platform' in base ? base.platform : request.platform),
		surroundings: {
			...planning,
			network: request.network,
			platform: request.platform,
			source: (name, instruction) => graph.source(name, node, instruction),
		},
		// FROM stage: its ENV, ARGs, WORKDIR, USER and SHELL go on (SURFACE EXP-7); but the history names only a stage's own ARGs
		scope: parent
			? {...parent.scope, args: new Map()}
			: withEnvironment(scopeOf(configOf(base, request.bases) ?? {}), Object.entries(request.env ?? {})),
	};
}

/** Plans a stage; `drafts` holds those above it. */
export function planStage(reached: Reached, drafts: ReadonlyMap<string, StageDraft>, planning: Planning): StageDraft {
	const {node, base, instructions, needs} = reached;
	const {platform, surroundings, ...start} = startStage(reached, drafts, planning);
	let {scope} = start;
	const steps: StepDraft[] = [{kind: 'base', text: node.from.text.replace(/\s+/g, ' '), location: node.from.location}];
	for (const instruction of instructions) {
		const planned = planInstruction(instruction, scope, surroundings);
		steps.push(planned.step);
		scope = planned.scope;
	}
	return {name: node.name, index: node.index, base, platform, needs, steps, scope};
}
