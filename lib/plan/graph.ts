import type {Dockerfile, StageText} from '../dockerfile/dockerfile.ts';
import type {FromInstruction, Instruction, Word} from '../dockerfile/instruction.ts';
import {suggest} from '../dockerfile/suggest.ts';
import {DockerfileError} from '../errors.ts';
import {normalizePlatform, type Platform, parsePlatform} from '../oci/platform.ts';
import {parseReference} from '../oci/reference.ts';
import {expandFrom, unsetError} from './from.ts';
import type {Globals} from './globals.ts';
import type {FindContext} from './named-contexts.ts';
import type {Base} from './plan.ts';

/** A stage of the Dockerfile, before anything in it is planned. */
export interface Node {
	readonly index: number;
	/** Names it in the plan, uniquely: what stands after AS, unless a later stage has it too; else `stage0`. */
	readonly name: string;
	/** The name after AS, lower-cased. */
	readonly alias?: string;
	readonly from: FromInstruction;
	readonly instructions: readonly Instruction[];
}

/** What names in a Dockerfile stand for. */
export interface Graph {
	readonly nodes: readonly Node[];
	/** What a FROM starts from. */
	base(node: Node): Base;
	/** What a `--from` of `node` names (SURFACE FRM-2): only stages above it, else a context, else an image. */
	source(name: Word, node: Node, instruction: Instruction): Base;
	/** The platform that a FROM asks for; undefined: the target's. */
	platform(node: Node): Platform | undefined;
}

/** What the graph is made from. */
export interface GraphOf {
	readonly dockerfile: Dockerfile;
	readonly globals: Globals;
	readonly findContext: FindContext;
	readonly platform: Platform;
	/** In place of what the first FROM names. */
	readonly from: string | undefined;
}

export function stageGraph(origin: GraphOf): Graph {
	const {dockerfile, globals, findContext, from} = origin;
	const nodes = nodesOf(dockerfile.stages);
	const platform = (node: Node) => fromPlatform(node, dockerfile, globals);
	/** A named context takes the place of the stage it is named for (SURFACE FRM-6). */
	const asBase = (node: Node): Base =>
		(node.alias && findContext(node.alias, platform(node) ?? origin.platform)) || {kind: 'stage', stage: node.name};
	const external = (name: string, wanted: Platform): Base => {
		if (name === 'scratch') return {kind: 'scratch'};
		return findContext(name, wanted) ?? {kind: 'image', name, platform: wanted};
	};
	return {
		nodes,
		platform,
		base(node) {
			const replaced = asBase(node);
			if (replaced.kind !== 'stage') return replaced;
			if (node.index === 0 && from !== undefined) return external(from, platform(node) ?? origin.platform);
			const {value, unmatched} = expandFrom(node.from.image, node.from, {dockerfile, globals});
			const stage = aliased(value, nodes.slice(0, node.index));
			if (stage) return asBase(stage);
			const base = external(value, platform(node) ?? origin.platform);
			if (base.kind !== 'image' || parseReference(value)) return base;
			const [unset] = unmatched;
			if (unset !== undefined) throw unsetError(unset, node.from, dockerfile);
			throw badImage(value, {instruction: node.from, word: node.from.image, nodes});
		},
		source(word, node, instruction) {
			const stage = stageFor(word, node, {nodes, instruction});
			if (stage) return asBase(stage);
			const base = external(word.text, origin.platform);
			if (base.kind !== 'image' || parseReference(word.text)) return base;
			throw badImage(word.text, {instruction, word, nodes});
		},
	};
}

/** The stage that `--target` asks for. */
export function targetNode(nodes: readonly Node[], target: string | undefined): Node {
	const last = nodes.at(-1);
	const found =
		target === undefined ? last : (aliased(target, nodes) ?? nodes.find(({index}) => `${index}` === target));
	if (found) return found;
	const names = nodes.map(({name}) => name);
	const nearest = suggest(target ?? '', names);
	throw new DockerfileError('UNKNOWN_TARGET', `there is no stage ${target}`, {
		notes: [`the stages are ${names.join(', ')}`],
		help: nearest.length > 0 ? [`did you mean ${nearest.slice(0, 2).join(' or ')}?`] : [],
	});
}

/** Of several stages with a name, the last one counts. */
function aliased(name: string, nodes: readonly Node[]): Node | undefined {
	return nodes.findLast(({alias}) => alias === name.toLowerCase());
}

function stageFor(
	{text, location}: Word,
	node: Node,
	{nodes, instruction}: {readonly nodes: readonly Node[]; readonly instruction: Instruction},
): Node | undefined {
	const fail = (reason: string, help: readonly string[] = []) =>
		new DockerfileError('BAD_STAGE', `${instruction.name}: ${reason}`, {location, help});
	const above = nodes.slice(0, node.index);
	if (/^\d+$/.test(text)) {
		const stage = above[Number(text)];
		if (stage) return stage;
		throw fail(
			`there is no stage ${text} above this one`,
			above.length > 0 ? [`they are 0 to ${above.length - 1}`] : [],
		);
	}
	const stage = aliased(text, above);
	const below = stage ? undefined : aliased(text, nodes);
	if (!below) return stage;
	if (below.index === node.index) throw fail(`the stage ${text} cannot use its own files`);
	const {file, start} = below.from.location;
	throw fail(`the stage ${text} comes later, at ${file}:${start}`, ['move it above this one']);
}

function nodesOf(stages: readonly StageText[]): readonly Node[] {
	const aliases = stages.map(({from}) => from.as?.name.text.toLowerCase());
	return stages.map(({from, instructions}, index) => {
		const alias = aliases[index];
		const isLast = alias !== undefined && aliases.lastIndexOf(alias) === index;
		const name = isLast ? alias : freeName(`stage${index}`, aliases);
		return {index, name, from, instructions, ...(alias === undefined ? {} : {alias})};
	});
}

function freeName(name: string, taken: readonly (string | undefined)[]): string {
	return taken.includes(name) ? freeName(`${name}-`, taken) : name;
}

function fromPlatform({from}: Node, dockerfile: Dockerfile, globals: Globals): Platform | undefined {
	if (!from.platform) return undefined;
	const {value, unmatched} = expandFrom(from.platform, from, {dockerfile, globals});
	const platform = parsePlatform(value);
	if (platform) return normalizePlatform(platform);
	const [unset] = unmatched;
	if (unset !== undefined) throw unsetError(unset, from, dockerfile);
	throw new DockerfileError('BAD_PLATFORM', `FROM: ${value || 'an empty text'} is no platform`, {
		location: from.platform.location,
		help: ['as in: --platform=linux/arm64'],
	});
}

interface Named {
	readonly instruction: Instruction;
	readonly word: Word;
	readonly nodes: readonly Node[];
}

function badImage(name: string, {instruction, word, nodes}: Named): DockerfileError {
	const [nearest] = suggest(
		name,
		nodes.flatMap(({alias}) => alias ?? []),
	);
	const lower = name.toLowerCase();
	const help = nearest ?? (lower !== name && parseReference(lower) ? lower : undefined);
	return new DockerfileError('BAD_IMAGE_NAME', `${instruction.name}: ${name || 'nothing'} is no image name`, {
		location: word.location,
		help: help ? [`did you mean ${help}?`] : [],
	});
}
