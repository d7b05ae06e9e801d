import {DockerfileError} from '../errors.ts';
import type {BuildPlan, CopyStep, Step} from '../plan/plan.ts';

/** Refuses, before anything is done, what the Dockerfile asks for and this release cannot do. */
export function refuseUnsupported(plan: BuildPlan): void {
	for (const step of plan.stages.flatMap(stage => stage.steps)) {
		const what = unsupported(step);
		if (what) throw new DockerfileError('NOT_SUPPORTED', `this release has no ${what}`, {location: step.location});
	}
}

function unsupported(step: Step): string | undefined {
	return step.kind === 'copy' ? unsupportedSource(step) : undefined;
}

function unsupportedSource({instruction, paths, from}: CopyStep): string | undefined {
	if (instruction !== 'ADD' || from) return undefined;
	if (paths.some(path => /^git@|^git:\/\/|\.git([#?]|$)/.test(path))) return 'ADD of a git repository';
	return paths.some(path => /^https?:\/\//.test(path)) ? 'ADD of a URL' : undefined;
}
