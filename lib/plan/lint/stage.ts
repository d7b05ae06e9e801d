import type {ArgInstruction, Instruction} from '../../dockerfile/instruction.ts';
import type {Linter, Place} from '../../dockerfile/lint/linter.ts';
import * as rules from '../../dockerfile/lint/rules.ts';
import type {Location} from '../../errors.ts';
import {formatPlatform, normalizePlatform, type Platform} from '../../oci/platform.ts';
import {baseKey, configOf} from '../base.ts';
import type {Reached} from '../reach.ts';
import type {Scope} from '../scope.ts';
import {type Planning, startStage} from '../stage.ts';
import type {Surroundings} from '../steps/draft.ts';
import {planInstruction} from '../steps/plan.ts';
import {unlessFault} from './from.ts';
import {lintInstruction, lintSecret, lintWord, type StageFacts} from './instruction.ts';

/** What a stage hands on to those that are FROM it. */
export interface LintedStage {
	readonly scope: Scope;
	readonly platform: Platform;
	readonly facts: StageFacts;
}

/** What stages are checked with. */
export interface StageScene {
	readonly planning: Planning;
	/** The platforms of bases, by `baseKey`, as far as they have one. */
	readonly platforms: ReadonlyMap<string, Platform>;
	readonly isExcluded: ((path: string) => boolean) | undefined;
	/** The stages above, by name. */
	readonly above: ReadonlyMap<string, LintedStage>;
}

/** Checks the instructions of a stage in their order, each with what is set above it. Throws what planning it throws. */
export function lintStage(reached: Reached, scene: StageScene, lint: Linter): LintedStage {
	const start = startStage(reached, scene.above, scene.planning);
	lintBase(reached, scene, lint);
	let {scope} = start;
	let facts = startFacts(reached, scene);
	const last = new Map<string, Location>();
	for (const instruction of reached.instructions) {
		const place = placeOf(instruction, reached);
		const turn = {instruction, scope, surroundings: start.surroundings};
		if (instruction.name === 'ARG') {
			({scope, facts} = lintArg(instruction, {scope, facts, surroundings: start.surroundings, place}, lint));
			continue;
		}
		unlessFault(() => lintInstruction({turn, facts, last, place, isExcluded: scene.isExcluded}, lint));
		scope = planInstruction(instruction, scope, start.surroundings).scope;
		facts = factsAfter(instruction, facts);
		last.set(instruction.name, place.location);
	}
	return {scope, platform: start.platform, facts};
}

function startFacts({base}: Reached, {above, planning}: StageScene): StageFacts {
	const parent = base.kind === 'stage' ? above.get(base.stage) : undefined;
	if (parent) return parent.facts;
	const hasShell = (configOf(base, planning.request.bases)?.Shell ?? []).length > 0;
	return {declared: new Set(), hasShell, hasWorkdir: false};
}

function factsAfter({name}: Instruction, facts: StageFacts): StageFacts {
	if (name === 'SHELL') return {...facts, hasShell: true};
	return name === 'WORKDIR' ? {...facts, hasWorkdir: true} : facts;
}

/** Of a trigger the FROM is told that triggers it: there is no other place in this Dockerfile. */
function placeOf(instruction: Instruction, {node}: Reached): Place {
	if (!node.instructions.includes(instruction)) return {location: node.from.location};
	return {location: instruction.location, comments: instruction.comments};
}

/** An ARG is read from left to right: a default sees the names before it. */
function lintArg(
	instruction: ArgInstruction,
	at: {readonly scope: Scope; readonly facts: StageFacts; readonly surroundings: Surroundings; readonly place: Place},
	lint: Linter,
): {readonly scope: Scope; readonly facts: StageFacts} {
	const {surroundings, place} = at;
	let {scope, facts} = at;
	for (const arg of instruction.args) {
		const {key, value} = arg;
		const turn = {instruction: {...instruction, args: [arg]}, scope, surroundings};
		lintSecret(key.text, 'ARG', {place, lint});
		if (value && !surroundings.buildArgs.has(key.text)) {
			unlessFault(() => lintWord(value.text, {turn, facts, place}, {lint}));
		}
		scope = planInstruction(turn.instruction, scope, surroundings).scope;
		facts = {...facts, declared: new Set([...facts.declared, key.text])};
	}
	return {scope, facts};
}

/** An image that is no index is taken whatever it is for (SURFACE FRM-9). */
function lintBase({base, node}: Reached, {platforms}: StageScene, lint: Linter): void {
	if (base.kind !== 'image') return;
	const [expected, actual] = [normalizePlatform(base.platform), platforms.get(baseKey(base))];
	if (!actual || (actual.os === expected.os && actual.architecture === expected.architecture)) return;
	const facts = [base.name, formatPlatform(expected), formatPlatform(normalizePlatform(actual))] as const;
	const help = [`if that is meant, ask for it: --platform ${facts[2]}`];
	lint.report(rules.invalidBaseImagePlatform, [...facts], {location: node.from.location, help});
}
