import type {Dockerfile} from '../dockerfile/dockerfile.ts';
import {expandWord} from '../dockerfile/expand.ts';
import type {ArgInstruction} from '../dockerfile/instruction.ts';
import type {Comment} from '../dockerfile/statement.ts';
import type {Location} from '../errors.ts';
import type {Platform} from '../oci/platform.ts';
import type {Globals} from './globals.ts';
import {globalArgs} from './globals.ts';
import {stageGraph, targetNode} from './graph.ts';
import {namedContexts} from './named-contexts.ts';
import {type Reached, reachFrom} from './reach.ts';
import type {MissingBase, PlanRequest} from './request.ts';
import type {Scope} from './scope.ts';
import {type Planning, startStage} from './stage.ts';
import {planInstruction} from './steps/plan.ts';

/** What a build of a target takes, and what is asked for on the way (SURFACE FE-3). */
export interface Outline {
	/** Of the target. */
	readonly name?: string;
	readonly description?: string;
	/** By line, as all that follows. */
	readonly args: readonly OutlineArg[];
	readonly secrets: readonly OutlineMount[];
	readonly ssh: readonly OutlineMount[];
	/** Caches that RUNs mount, by their ids. */
	readonly caches: readonly Omit<OutlineMount, 'required'>[];
}

export interface OutlineArg {
	readonly name: string;
	/** What it is, build args considered; empty if it is not set. */
	readonly value: string;
	readonly description: string;
	readonly location: Location;
}

export interface OutlineMount {
	readonly name: string;
	readonly required: boolean;
	readonly location: Location;
}

export type OutlineAnswer = {readonly missing: readonly MissingBase[]} | {readonly outline: Outline};

/** The outline of the target. Pure; asks for the configs of bases as planning does. Throws what planning throws. */
export function outlineDockerfile(dockerfile: Dockerfile, request: PlanRequest): OutlineAnswer {
	const buildArgs = new Map(Object.entries(request.buildArgs));
	const globals = globalArgs(dockerfile, request, buildArgs);
	const findContext = namedContexts(request.contexts);
	const graph = stageGraph({dockerfile, globals, findContext, platform: request.platform, from: request.from});
	const target = targetNode(graph.nodes, request.target);
	const {stages, missing} = reachFrom([target], graph, request);
	if (missing.length > 0) return {missing};

	const planning = {request, graph, globals, buildArgs, escape: dockerfile.escape};
	const taken = new Map<string, Taken>();
	const shared = globalInfos(dockerfile, globals, buildArgs);
	for (const reached of stages) taken.set(reached.node.name, takenBy(reached, {planning, taken, shared}));
	const name = target.alias;
	const description = name === undefined ? '' : describedAs(name, target.from.comments);
	return {
		outline: {
			...(name === undefined ? {} : {name}),
			...(description === '' ? {} : {description}),
			...collect(target.name, taken),
		},
	};
}

/** The text of the comment that describes a name: it begins with it (SURFACE PAR-14). */
export function describedAs(name: string, comments: readonly Comment[]): string {
	const found = comments.find(({text}) => text.startsWith(`${name} `));
	return found?.text.slice(name.length + 1) ?? '';
}

interface ArgInfo extends OutlineArg {
	/** The ARGs that its default is made of. */
	readonly from: ReadonlySet<string>;
}

/** What one stage takes. */
interface Taken {
	readonly needs: readonly string[];
	readonly scope: Scope;
	readonly platform: Platform;
	readonly args: ReadonlyMap<string, ArgInfo>;
	readonly used: ReadonlySet<string>;
	readonly secrets: readonly OutlineMount[];
	readonly ssh: readonly OutlineMount[];
	readonly caches: readonly OutlineMount[];
}

/** The ARGs above the first FROM; of several with one name the last counts, with what those before it are made of. */
function globalInfos({args, escape: sign}: Dockerfile, globals: Globals, buildArgs: ReadonlyMap<string, string>) {
	const infos = new Map<string, ArgInfo>();
	for (const instruction of args) {
		for (const {key, value} of instruction.args) {
			const isDefault = value && !buildArgs.has(key.text);
			const expansion = isDefault && expandWord(value.text, name => (infos.has(name) ? '' : undefined), {escape: sign});
			const from = new Set(expansion ? expansion.matched : []);
			if (from.delete(key.text)) for (const name of infos.get(key.text)?.from ?? []) from.add(name);
			infos.set(key.text, {...infoOf(key.text, globals.get(key.text), instruction), from});
		}
	}
	return infos;
}

interface Taking {
	readonly planning: Planning;
	readonly taken: ReadonlyMap<string, Taken>;
	readonly shared: ReadonlyMap<string, ArgInfo>;
}

function takenBy(reached: Reached, {planning, taken, shared}: Taking): Taken {
	const {node, needs, instructions} = reached;
	const start = startStage(reached, taken, planning);
	const args = new Map(shared);
	const used = new Set(usedByFrom(reached, planning));
	const mounts = {secret: [] as OutlineMount[], ssh: [] as OutlineMount[], cache: [] as OutlineMount[]};
	let {scope} = start;
	for (const instruction of instructions) {
		const {step, scope: next} = planInstruction(instruction, scope, start.surroundings);
		const location = node.instructions.includes(instruction) ? instruction.location : node.from.location;
		if (instruction.name === 'ARG') {
			for (const {key, value} of instruction.args) {
				used.add(key.text);
				const isInherited = !value && !planning.buildArgs.has(key.text) && planning.globals.has(key.text);
				if (isInherited) continue;
				args.set(key.text, {...infoOf(key.text, next.args.get(key.text), instruction), location, from: new Set()});
			}
		}
		for (const {type, id = '', required = false} of step.kind === 'run' ? step.mounts : []) {
			if (type === 'secret' || type === 'ssh' || type === 'cache') mounts[type].push({name: id, required, location});
		}
		scope = next;
	}
	const {secret: secrets, ssh, cache: caches} = mounts;
	return {needs, scope, platform: start.platform, args, used, secrets, ssh, caches};
}

function usedByFrom({node: {from}}: Reached, {globals, escape: sign}: Planning): readonly string[] {
	return [from.image, ...(from.platform ? [from.platform] : [])].flatMap(({text}) => [
		...expandWord(text, name => globals.get(name), {escape: sign}).matched,
	]);
}

function infoOf(name: string, value: string | undefined, {comments, location}: ArgInstruction): OutlineArg {
	return {name, value: value ?? '', description: describedAs(name, comments), location};
}

/** Of one name that several stages take, that of the stage nearest to the target is told. */
function collect(
	target: string,
	taken: ReadonlyMap<string, Taken>,
): Pick<Outline, 'args' | 'secrets' | 'ssh' | 'caches'> {
	const stages: Taken[] = [];
	const seen = new Set<string>();
	const visit = (name: string) => {
		const stage = taken.get(name);
		if (!stage || seen.has(name)) return;
		seen.add(name);
		stages.push(stage);
		for (const need of stage.needs) visit(need);
	};
	visit(target);
	const caches = distinct(stages.flatMap(stage => stage.caches));
	return {
		args: distinct(stages.flatMap(argsOf)).map(({from: _, ...arg}) => arg),
		secrets: distinct(stages.flatMap(({secrets}) => secrets)),
		ssh: distinct(stages.flatMap(({ssh}) => ssh)),
		caches: caches.map(({required: _, ...cache}) => cache),
	};
}

/** The ARGs that a stage uses, and those that their values are made of. */
function argsOf({args, used}: Taken): readonly ArgInfo[] {
	const all = new Set<string>();
	const add = (name: string) => {
		if (all.has(name)) return;
		all.add(name);
		for (const other of args.get(name)?.from ?? []) add(other);
	};
	for (const name of used) add(name);
	return [...all].flatMap(name => args.get(name) ?? []);
}

/** The first of each name, by line. */
function distinct<T extends {readonly name: string; readonly location: Location}>(all: readonly T[]): readonly T[] {
	const first = new Map<string, T>();
	for (const one of all) if (!first.has(one.name)) first.set(one.name, one);
	return [...first.values()].sort((a, b) => a.location.start - b.location.start);
}
