import type {Instruction, Word} from '../dockerfile/instruction.ts';
import {configOf} from './base.ts';
import type {Graph, Node} from './graph.ts';
import type {Base} from './plan.ts';
import type {MissingBase, PlanRequest} from './request.ts';
import {imageTriggers, stageTriggers} from './triggers.ts';

/** A stage that the target needs. */
export interface Reached {
	readonly node: Node;
	readonly base: Base;
	/** Its own, after the triggers of its base. */
	readonly instructions: readonly Instruction[];
	/** Names of the stages it uses, in order of first use. */
	readonly needs: readonly string[];
}

export interface Reach {
	/** In the order of the Dockerfile, which is a build order too: a stage uses those above it only. */
	readonly stages: readonly Reached[];
	/** Bases of FROMs whose config is not known yet. Their triggers may reach further. */
	readonly missing: readonly MissingBase[];
}

/** Follows FROM, `COPY --from` and `--mount from=` from the targets on (SURFACE FRM-3). */
export function reachFrom(targets: readonly Node[], graph: Graph, request: PlanRequest): Reach {
	const reached = new Map<number, Reached>();
	const missing: MissingBase[] = [];
	/** Those to look at next are last. No recursion: a chain of stages may be longer than the calls that a stack holds. */
	const open = [...targets].reverse();
	const visit = (node: Node) => {
		const base = graph.base(node);
		if (base.kind !== 'stage' && !configOf(base, request.bases)) {
			missing.push({base, location: node.from.image.location});
		}
		const instructions = [...triggersOf(node, base), ...ownInstructions(node, base)];
		const used = [base, ...sourcesOf(instructions, node, graph)];
		const needs = [...new Set(used.flatMap(source => (source.kind === 'stage' ? [source.stage] : [])))];
		reached.set(node.index, {node, base, instructions, needs});
		open.push(...needs.map(named).reverse());
	};
	const named = (name: string) => {
		const node = graph.nodes.find(candidate => candidate.name === name);
		if (!node) throw new Error(`There is no stage ${name}`);
		return node;
	};
	const triggersOf = ({from}: Node, base: Base) => {
		if (base.kind === 'stage') return stageTriggers(named(base.stage).instructions);
		return imageTriggers(configOf(base, request.bases)?.OnBuild ?? [], from.location);
	};
	for (let node = open.pop(); node; node = open.pop()) {
		if (!reached.has(node.index)) visit(node);
	}
	return {stages: [...reached.values()].sort((a, b) => a.node.index - b.node.index), missing};
}

/** A stage whose place a named context takes is that context, and nothing of its own. */
function ownInstructions(node: Node, base: Base): readonly Instruction[] {
	const isReplaced = 'source' in base && base.name === node.alias;
	return isReplaced ? [] : node.instructions;
}

function sourcesOf(instructions: readonly Instruction[], node: Node, graph: Graph): readonly Base[] {
	return instructions.flatMap(instruction =>
		sourceNames(instruction).map(word => graph.source(word, node, instruction)),
	);
}

/** What an instruction takes files from, besides the build context. */
function sourceNames(instruction: Instruction): readonly Word[] {
	if (instruction.name === 'COPY')
		return instruction.from && !/\$./.test(instruction.from.text) ? [instruction.from] : [];
	if (instruction.name !== 'RUN') return [];
	return instruction.mounts.flatMap(({fields, location}) => {
		const value = (wanted: string) => fields.find(({key}) => key === wanted)?.value;
		const from = value('from');
		return from && /^(?:bind|cache)$/i.test(value('type') ?? 'bind') ? [{text: from, location}] : [];
	});
}
