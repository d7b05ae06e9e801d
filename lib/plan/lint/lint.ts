import type {Dockerfile} from '../../dockerfile/dockerfile.ts';
import {type Finding, type Linter, linter} from '../../dockerfile/lint/linter.ts';
import type {CheckOptions} from '../../dockerfile/lint/options.ts';
import {lintText} from '../../dockerfile/lint/text.ts';
import type {Reading} from '../../dockerfile/parse.ts';
import {StrataError} from '../../errors.ts';
import type {Platform} from '../../oci/platform.ts';
import {globalArgs} from '../globals.ts';
import {stageGraph, targetNode} from '../graph.ts';
import {namedContexts} from '../named-contexts.ts';
import {reachFrom} from '../reach.ts';
import type {MissingBase, PlanRequest} from '../request.ts';
import {lintDefaults, lintFrom} from './from.ts';
import {type LintedStage, lintStage} from './stage.ts';

/** What is asked for besides the Dockerfile. */
export interface LintRequest extends PlanRequest {
	readonly options: CheckOptions;
	/** Whether stages that the target does not need are checked too. */
	readonly everyStage: boolean;
	/** The platforms of images, by `baseKey`, as far as they have files. */
	readonly platforms: ReadonlyMap<string, Platform>;
	/** Whether the ignore file leaves out a source of COPY or ADD; absent: none is left out. */
	readonly isExcluded?: ((path: string) => boolean) | undefined;
}

/** What was found, as far as the checks came. */
export interface LintAnswer {
	readonly findings: readonly Finding[];
	/** Bases whose config must be known to go on. */
	readonly missing: readonly MissingBase[];
	/** What is wrong altogether, and made the checks stop. */
	readonly error?: StrataError;
}

/**
 * Checks what was read of a Dockerfile by the rules of `dockerfile/lint/rules.ts`, in the way and to the extent that
 * BuildKit does. Pure; changes nothing of what is built; an error of the Dockerfile is part of the answer, not thrown.
 */
export function lintDockerfile(reading: Reading, request: LintRequest): LintAnswer {
	const lint = linter(request.options);
	try {
		lintText(reading, lint);
		const missing = reading.dockerfile ? lintStages(reading.dockerfile, request, lint) : [];
		const findings = lint.findings();
		return reading.error ? {findings, missing, error: reading.error} : {findings, missing};
	} catch (error) {
		if (error instanceof StrataError) return {findings: lint.findings(), missing: [], error};
		throw error;
	}
}

/** Answers with the bases that must be known first. */
function lintStages(dockerfile: Dockerfile, request: LintRequest, lint: Linter): readonly MissingBase[] {
	lintDefaults(dockerfile, request, lint);
	const buildArgs = new Map(Object.entries(request.buildArgs));
	const globals = globalArgs(dockerfile, request, buildArgs);
	const findContext = namedContexts(request.contexts);
	const graph = stageGraph({dockerfile, globals, findContext, platform: request.platform, from: request.from});
	for (const node of graph.nodes) lintFrom(node, {dockerfile, globals, graph}, lint);
	const target = targetNode(graph.nodes, request.target);
	const {stages, missing} = reachFrom(request.everyStage ? graph.nodes : [target], graph, request);
	if (missing.length > 0) return missing;

	const planning = {request, graph, globals, buildArgs, escape: dockerfile.escape};
	const {platforms, isExcluded} = request;
	const above = new Map<string, LintedStage>();
	for (const reached of stages) {
		above.set(reached.node.name, lintStage(reached, {planning, platforms, isExcluded, above}, lint));
	}
	return [];
}
