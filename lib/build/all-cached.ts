import type {BuildPlans} from '../plan/platforms.ts';
import type {Board} from './board.ts';
import type {EventStream} from './event-stream.ts';
import {buildStages, type Stages} from './stage.ts';

/**
 * Whether every step of a build is found in its cache. Nothing is done, kept or told: it ends at the first step that would have to be
 * done.
 */
export async function isAllCached(
	plans: BuildPlans,
	{builder, bases}: Pick<Stages, 'builder' | 'bases'>,
): Promise<boolean> {
	const {cache, events, exports: _, ...services} = builder;
	const looking: Stages['builder'] = {
		...services,
		events: silent(events),
		fail() {},
		throwIfFailed: () => services.signal.throwIfAborted(),
		cache: {
			mayHave: () => true,
			async find(fields, parent) {
				const hit = await cache.find(fields, parent);
				if (hit) return hit;
				throw new Error('a step is not in the cache');
			},
			keep: cache.keep,
		},
	};
	return buildStages(plans, {builder: looking, bases, board: idleBoard, early: noEarlyStart}).then(
		() => true,
		() => false,
	);
}

function silent(events: EventStream): EventStream {
	return {...events, emit() {}, emitOutput() {}, timed: (_about, work) => work()};
}

const noEarlyStart: Stages['early'] = {unpack() {}};

const idleBoard: Board = {
	start() {},
	finish() {},
	running: () => undefined,
	close() {},
	results: () => [],
};
