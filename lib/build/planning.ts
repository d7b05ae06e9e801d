import {type Reading, readDockerfile} from '../dockerfile/parse.ts';
import {hostPlatform} from '../oci/platform.ts';
import {planDockerfile} from '../plan/dockerfile.ts';
import {type BuildPlans, joinPlans} from '../plan/platforms.ts';
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

/** What a build does for each platform, and the images that its FROMs stand for. */
export interface Planned {
	readonly plans: BuildPlans;
	readonly bases: BaseImages;
}

/** A Dockerfile on the desk: what is read of it, and what plans and checks of it are asked with. */
export interface Desk {
	readonly source: SourceText;
	readonly reading: Reading;
	readonly bases: KnownBases;
	/** One for each platform. What is known of bases goes on growing in them. */
	readonly orders: readonly [PlanRequest, ...PlanRequest[]];
	/** Asks for the time of what a stage fetches. */
	findTime(stage: UntimedStage): Promise<void>;
}

/** Reads the Dockerfile; what is wrong with it is told by whoever plans. */
export function readContexts(request: Request, sources: PlanSources): Desk {
	const {dockerfile: source, named, times, remotes} = sources.contexts;
	const bases = knownBases(request, sources);
	const known = new Map<string, number | undefined>(times);
	const common = {
		...(request.target === undefined ? {} : {target: request.target}),
		buildArgs: request.buildArgs,
		buildPlatform: hostPlatform(),
		contexts: named,
		times: known,
		network: request.network,
		env: request.env,
		...(request.from === undefined ? {} : {from: request.from}),
		bases: bases.configs,
	};
	const findTime = async ({name, source: from}: UntimedStage) => {
		known.set(name, await timeOf(from, remotes));
	};
	const [platform, ...others] = request.platforms;
	return {
		source,
		reading: readDockerfile(source.text, source.name),
		bases,
		orders: [{...common, platform}, ...others.map(other => ({...common, platform: other}))],
		findTime,
	};
}

/** Makes the plans: they are asked for again and again, until they miss no base's config. Fetches manifests and configs, no layers. */
export async function makePlans({reading, bases, orders, findTime}: Desk): Promise<Planned> {
	const {dockerfile, error} = reading;
	if (!dockerfile) throw error;
	for (;;) {
		const answers = orders.map(order => planDockerfile(dockerfile, order));
		const [untimed] = answers.flatMap(answer => ('untimed' in answer ? [answer.untimed] : []));
		const missing = answers.flatMap(answer => ('missing' in answer ? answer.missing : []));
		const [first, ...others] = answers.flatMap(answer => ('plan' in answer ? [answer.plan] : []));
		if (untimed) await findTime(untimed);
		else if (missing.length > 0) await bases.fetch(missing);
		else if (first) return {plans: joinPlans([first, ...others]), bases: bases.images};
	}
}

/** The time of a commit, or of a file. */
async function timeOf(source: string, remotes: Remotes): Promise<number | undefined> {
	if (isGit(source)) return (await (await remotes.repository(source, {})).files()).time;
	return timeOfFile(await remotes.file(source));
}
