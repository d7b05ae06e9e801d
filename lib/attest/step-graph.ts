import type {Base, BuildPlan, CopyStep, RunStep, Stage, Step} from '../plan/plan.ts';
import {isRemote} from '../plan/steps/remote.ts';
import {withoutLogin} from './without-login.ts';

/** A step that made files, as BuildKit's low-level build has it: https://github.com/moby/buildkit/blob/master/solver/pb/ops.proto */
export interface GraphStep {
	/** `step0`, `step1` … in the order in which they may be done. */
	readonly id: string;
	readonly op: object;
	/** `step0:0`: what it starts from, then what it uses besides. */
	readonly inputs?: readonly string[];
}

export interface StepGraph {
	readonly steps: readonly GraphStep[];
	/** The lines of the Dockerfile that each step stands on. */
	readonly lines: Readonly<Record<string, {readonly start: number; readonly end: number}>>;
	/** `step0:0`: what each step of the plan makes, by its id. */
	readonly made: ReadonlyMap<string, string>;
	/** What the target starts from, before any step that makes files. */
	readonly base: string | undefined;
}

/**
 * The steps of a plan that make files, and which of them start from which. `resolved` says by name and digest what an image stands for.
 * Values of secrets are not in a plan; values of build args are.
 */
export function stepGraph({stages, target}: BuildPlan, resolved: ReadonlyMap<string, string>): StepGraph {
	const steps: GraphStep[] = [];
	const lines: Record<string, {start: number; end: number}> = {};
	const sources = new Map<string, string>();
	const ends = new Map<string, string>();
	const made = new Map<string, string>();
	const bases = new Map<string, string | undefined>();

	const put = (op: object, inputs: readonly string[]) => {
		const id = `step${steps.length}`;
		steps.push({id, op, ...(inputs.length > 0 ? {inputs} : {})});
		return `${id}:0`;
	};
	const sourceOf = (identifier: string) => {
		const known = sources.get(identifier) ?? put({Op: {source: {identifier}}}, []);
		sources.set(identifier, known);
		return known;
	};
	const outputOf = (source: Source): readonly string[] => {
		if (source.kind === 'scratch') return [];
		if (source.kind !== 'stage') return [sourceOf(identifierOf(source, resolved))];
		const end = ends.get(source.stage);
		return end === undefined ? [] : [end];
	};

	const addStage = ({name, base, steps: own, platform}: Stage) => {
		let [end] = outputOf(base);
		bases.set(name, base.kind === 'stage' ? bases.get(base.stage) : end);
		for (const step of own) {
			const used = sourcesOf(step).flatMap(outputOf);
			const op = operationOf(step);
			if (!op) continue;
			end = put({...op, platform: {Architecture: platform.architecture, OS: platform.os}}, [
				...(end ? [end] : []),
				...used,
			]);
			made.set(step.id, end);
			lines[end.replace(/:0$/, '')] = {start: step.location.start, end: step.location.end};
		}
		if (end) ends.set(name, end);
	};
	for (const stage of stages) addStage(stage);
	return {steps, lines, made, base: bases.get(target)};
}

/** What the files of a step come from, besides those that it starts from. */
export type Source = Base | {readonly kind: 'remote'; readonly url: string} | {readonly kind: 'main'};

const main: Source = {kind: 'main'};

/** What a step uses: the build context is `main`. */
export function sourcesOf(step: Step): readonly Source[] {
	if (step.kind === 'copy') {
		const remotes = step.paths.filter(isRemote).map((url): Source => ({kind: 'remote', url}));
		return remotes.length < step.paths.length ? [step.from ?? main, ...remotes] : remotes;
	}
	if (step.kind !== 'run') return [];
	return step.mounts.flatMap(({type, from}) => (from ? [from] : type === 'bind' ? [main] : []));
}

function operationOf(step: Step): {readonly Op: object} | undefined {
	switch (step.kind) {
		case 'run':
			return {Op: {exec: execution(step)}};
		case 'copy':
			return {Op: {file: {actions: [{Action: {copy: copying(step)}}]}}};
		case 'workdir':
			return {Op: {file: {actions: [{Action: {mkdir: {path: step.path, makeParents: true}}}]}}};
		default:
			return undefined;
	}
}

function execution({command, env, workdir, user, network, security, mounts}: RunStep) {
	const targets = mounts.map(({type, target, id}) => ({
		mountType: type.toUpperCase(),
		...(target ? {dest: target} : {}),
		...(id === undefined ? {} : {id}),
	}));
	return {
		meta: {args: command, env, cwd: workdir, ...(user ? {user} : {})},
		...(network === 'default' ? {} : {network: network.toUpperCase()}),
		...(security === 'sandbox' ? {} : {security: security.toUpperCase()}),
		...(targets.length > 0 ? {mounts: targets} : {}),
	};
}

function copying({paths, files, destination, chown, chmod}: CopyStep) {
	const src = [...paths.map(withoutLogin), ...files.map(({name}) => `<<${name}`)];
	return {src, dest: destination, ...(chown ? {owner: chown} : {}), ...(chmod ? {modeStr: chmod} : {})};
}

function identifierOf(
	source: Exclude<Source, {readonly kind: 'scratch' | 'stage'}>,
	resolved: ReadonlyMap<string, string>,
): string {
	switch (source.kind) {
		case 'image':
		case 'docker-image':
			return `docker-image://${resolved.get(source.name) ?? source.name}`;
		case 'layout':
			return `oci-layout://${resolved.get(source.name) ?? source.name}`;
		case 'remote':
			return withoutLogin(source.url);
		case 'main':
			return 'local://context';
		default:
			return `local://${source.name}`;
	}
}
