import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {type Build, build} from '../build/build.ts';
import {checkTypes} from '../build/check-types.ts';
import type {BuildEvent} from '../build/events.ts';
import type {BuildOptions} from '../build/options.ts';
import {StepFailedError} from '../errors.ts';
import type {Digest} from '../oci/digest.ts';
import {openStore} from '../store/open.ts';
import {defaultRoot} from '../store/root.ts';
import {removeFolders} from '../worker/start.ts';
import {untilAborted} from '../worker/until-aborted.ts';
import {type Difference, firstDifference, type Trial} from './difference.ts';
import {seedStore} from './seed.ts';

/** What came of building twice. */
export interface Verification {
	/** Of the image, each time. */
	readonly digests: readonly [Digest, Digest];
	readonly varied: Varied;
	/** Absent: both images are the same. */
	readonly difference?: Difference;
}

/** What was not the same in the two builds, besides the folder of the store. */
export interface Varied {
	readonly jobs: readonly [number, number];
	/** Milliseconds from one start to the other: clocks cannot be set without privileges. */
	readonly later: number;
}

/** A build of the two, as it begins, and the store that it is done in. It goes on when the promise resolves. */
export type OnBuild = (build: Build, root: string) => Promise<unknown>;

/**
 * Builds twice, each time in a fresh store that has the images and bases of `options.root` and no steps, and says where the two part.
 * Nothing is kept: names, outputs and caches are left out. The second build is done in another folder, with another number of jobs, and
 * at least a second later. Rejects as `build` does, also between the two builds when `options.signal` is aborted.
 */
export async function verifyBuild(options: BuildOptions, onBuild: OnBuild = async () => {}): Promise<Verification> {
	checkTypes(options);
	await using store = await openStore(options.root ?? defaultRoot());
	const place = store.temporary();
	const jobs = [options.jobs ?? availableParallelism(), options.jobs === 1 ? 2 : 1] as const;
	const asked = withoutResults(options);
	const {signal = new AbortController().signal} = options;
	try {
		const began = Date.now();
		await seedStore(store.root, join(place, 'one'), signal);
		await using one = await tryBuild({...asked, jobs: jobs[0], root: join(place, 'one')}, onBuild);
		await untilAborted(setTimeout(Math.max(0, began + clockStep - Date.now()), undefined, {signal}), signal);
		const later = Date.now() - began;
		const root = join(place, 'another/place');
		await seedStore(one.store.root, root, signal);
		await using other = await tryBuild({...asked, pull: false, jobs: jobs[1], root}, onBuild);
		const difference = await untilAborted(firstDifference(one, other), signal);
		const digests = [one.result.digest, other.result.digest] as const;
		return {digests, varied: {jobs, later}, ...(difference ? {difference} : {})};
	} finally {
		await removeFolders([place]);
	}
}

/** Programs see whole seconds, and write them down. */
const clockStep = 1_100;

/** What is asked for but for what is to become of it. */
function withoutResults(options: BuildOptions): BuildOptions {
	const {
		tags,
		outputs,
		attestations,
		noCache,
		cacheFrom,
		cacheTo,
		cacheMountsFrom,
		cacheMountsTo,
		provenanceRecord,
		...others
	} = options;
	return others;
}

async function tryBuild(
	options: BuildOptions & {readonly root: string},
	onBuild: OnBuild,
): Promise<Trial & AsyncDisposable> {
	const running = build(options);
	const following = [eventsOf(running), onBuild(running, options.root)] as const;
	await Promise.allSettled(following);
	const result = await running.then(undefined, error => {
		throw withoutPlace(error);
	});
	const [events] = await Promise.all(following);
	const store = await openStore(options.root);
	return {store, result, events, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]()};
}

/** Those that tell of layers; the output of steps is not kept in memory. */
async function eventsOf(running: Build): Promise<readonly BuildEvent[]> {
	const events: BuildEvent[] = [];
	for await (const event of running) if (event.type === 'plan' || event.type === 'layer') events.push(event);
	return events;
}

/** The logs and the image that an error of a step points to go with the store. */
function withoutPlace(error: unknown): unknown {
	if (!(error instanceof StepFailedError)) return error;
	const {message, location, excerpt, notes} = error;
	const help = ['to look at it, build once without --verify'];
	const told = new StepFailedError(message, error, {location, notes: notes.slice(0, 1), help});
	if (excerpt) told.excerpt = excerpt;
	return told;
}
