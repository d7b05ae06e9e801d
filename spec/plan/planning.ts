import {parseDockerfile} from '../../lib/dockerfile/parse.ts';
import type {DockerfileError} from '../../lib/errors.ts';
import type {ContainerConfig} from '../../lib/oci/image.ts';
import {baseKey} from '../../lib/plan/base.ts';
import {planDockerfile} from '../../lib/plan/dockerfile.ts';
import type {BuildPlan, CopyStep, RunStep, Stage, Step} from '../../lib/plan/plan.ts';
import type {PlanRequest} from '../../lib/plan/request.ts';

const amd64 = {os: 'linux', architecture: 'amd64'};

/** A request that asks for nothing special. */
export const plainRequest: PlanRequest = {
	buildArgs: {},
	platform: amd64,
	buildPlatform: amd64,
	contexts: {},
	times: new Map(),
	network: 'default',
	bases: new Map(),
};

/** What a spec may ask for: configs of bases by the name of the image. */
export interface Asked extends Partial<Omit<PlanRequest, 'bases'>> {
	readonly configs?: Readonly<Record<string, ContainerConfig>>;
}

/** Plans a text, every base having the config asked for, or an empty one. */
export function plan(text: string, {configs = {}, ...asked}: Asked = {}): BuildPlan {
	const dockerfile = parseDockerfile(text, 'Dockerfile');
	const bases = new Map<string, ContainerConfig>();
	for (;;) {
		const answer = planDockerfile(dockerfile, {...plainRequest, ...asked, bases});
		if ('plan' in answer) return answer.plan;
		if ('untimed' in answer) throw new Error(`no time is known of ${answer.untimed.source}`);
		for (const {base} of answer.missing) bases.set(baseKey(base), ('name' in base && configs[base.name]) || {});
	}
}

/** The target stage. */
export function targetStage(text: string, asked?: Asked): Stage {
	const {stages, target} = plan(text, asked);
	const stage = stages.find(({name}) => name === target);
	if (!stage) throw new Error('the plan has no target');
	return stage;
}

/** The last step of the target. */
export function lastStep(text: string, asked?: Asked): Step {
	const step = targetStage(text, asked).steps.at(-1);
	if (!step) throw new Error('the target has no steps');
	return step;
}

/** The last step, which is a RUN. */
export function runStep(text: string, asked?: Asked): RunStep {
	const step = lastStep(text, asked);
	if (step.kind !== 'run') throw new Error(`${step.text} is no RUN`);
	return step;
}

/** The last step, which is a COPY or ADD. */
export function copyStep(text: string, asked?: Asked): CopyStep {
	const step = lastStep(text, asked);
	if (step.kind !== 'copy') throw new Error(`${step.text} is no COPY`);
	return step;
}

/** An error as UX.md section 3 prints it, without the excerpt. */
export function printed({message, location, notes, help}: DockerfileError): string {
	const {file = '', start = 0, column} = location ?? {};
	return [
		`error: ${message}`,
		...(location ? [` --> ${file}:${start}${column === undefined ? '' : `:${column}`}`] : []),
		...notes.map(note => `note: ${note}`),
		...help.map(text => `help: ${text}`),
	].join('\n');
}
