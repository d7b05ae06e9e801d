import {type Reading, readDockerfile} from '../dockerfile/parse.ts';
import {hostPlatform} from '../oci/platform.ts';
import {planDockerfile} from '../plan/dockerfile.ts';
import type {BuildPlan} from '../plan/plan.ts';
import type {PlanRequest, UntimedStage} from '../plan/request.ts';
import {isGit} from '../plan/steps/remote.ts';
import type {Store} from '../store/store.ts';
import type {BaseImages} from './bases.ts';
import type {Contexts} from './contexts.ts';
import type {EventStream} from './event-stream.ts';
import {type KnownBases, knownBases} from './known-bases.ts';
import {timeOfFile} from './remote-context.ts';
import type {Remotes} from './remotes.ts';
import type {SourceText} from './report.ts';
import type {Request} from './request.ts';

/** What a plan is made from, besides the request. */
export interface PlanSources {
	readonly contexts: Contexts;
	readonly store: Store;
	readonly signal: AbortSignal;
	readonly events: EventStream;
}

/** A plan, and the images that its FROMs stand for. */
export interface Planned {
	readonly plan: BuildPlan;
	readonly bases: BaseImages;
}

/** A Dockerfile on the desk: what is read of it, and what plans and checks of it are asked with. */
export interface Desk {
	readonly source: SourceText;
	readonly reading: Reading;
	readonly bases: KnownBases;
	/** What is known of bases goes on growing in it. */
	readonly order: PlanRequest;
	/** Asks for the time of what a stage fetches. */
	findTime(stage: UntimedStage): Promise<void>;
}

/** Reads the Dockerfile; what is wrong with it is told by whoever plans. */
export function readContexts(request: Request, sources: PlanSources): Desk {
	const {dockerfile: source, named, times, remotes} = sources.contexts;
	const bases = knownBases(request, sources);
	const known = new Map<string, number | undefined>(times);
	const order = {
		...(request.target === undefined ? {} : {target: request.target}),
		buildArgs: request.buildArgs,
		platform: request.platform,
		buildPlatform: hostPlatform(),
		contexts: named,
		times: known,
		network: request.network,
		bases: bases.configs,
	};
	const findTime = async ({name, source: from}: UntimedStage) => {
		known.set(name, await timeOf(from, remotes));
	};
	return {source, reading: readDockerfile(source.text, source.name), bases, order, findTime};
}

/** Makes the plan: it is asked for again and again, until it misses no base's config. Fetches manifests and configs, no layers. */
export async function makePlan({reading, bases, order, findTime}: Desk): Promise<Planned> {
	const {dockerfile, error} = reading;
	if (!dockerfile) throw error;
	for (;;) {
		const answer = planDockerfile(dockerfile, order);
		if ('plan' in answer) return {plan: answer.plan, bases: bases.images};
		if ('untimed' in answer) await findTime(answer.untimed);
		else await bases.fetch(answer.missing);
	}
}

/** The time of a commit, or of a file. */
async function timeOf(source: string, remotes: Remotes): Promise<number | undefined> {
	if (isGit(source)) return (await (await remotes.repository(source, {})).files()).time;
	return timeOfFile(await remotes.file(source));
}
