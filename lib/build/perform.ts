import {AbortedError} from '../errors.ts';
import {formatPlatform} from '../oci/platform.ts';
import {stagesOf} from '../plan/platforms.ts';
import {openStore} from '../store/open.ts';
import {defaultRoot} from '../store/root.ts';
import {version} from '../version.ts';
import {attester} from './attest.ts';
import {type Board, board} from './board.ts';
import type {BuildResult} from './build.ts';
import type {Builder} from './builder.ts';
import {builtImage, finishedImage} from './built-image.ts';
import {planChecked} from './checked-plan.ts';
import {openContexts} from './contexts.ts';
import {startEarly} from './early-start.ts';
import type {EventStream} from './event-stream.ts';
import {type WrittenImages, writeImages} from './finish.ts';
import {LostLayerError} from './lost-layer.ts';
import {openBuilder, type Places} from './open-builder.ts';
import type {BuildOptions} from './options.ts';
import {checkIndexes, intoStore, keepsImage, writeOutputs} from './outputs.ts';
import type {Planned} from './planning.ts';
import {refuseUnrunnable} from './refuse-unrunnable.ts';
import {attachExcerpt, errorEvent} from './report.ts';
import {checkOptions, type Request} from './request.ts';
import {type BuiltPlatform, buildStages} from './stage.ts';
import {countSteps, timingsOf} from './tally.ts';
import {withCaches, withoutCache} from './travelling-caches.ts';

/** One build as it was asked for. */
export interface Order {
	readonly id: string;
	readonly options: BuildOptions;
	readonly events: EventStream;
	/** Aborted, with an AbortedError, by whoever stops the build. */
	readonly signal: AbortSignal;
}

/** Does a build from its options to its outputs; whatever it opened is closed when it settles. */
export async function perform(order: Order): Promise<BuildResult> {
	const {events} = order;
	try {
		const request = begin(order);
		await using store = await openStore(request.root ?? defaultRoot());
		await using contexts = await orStopped(
			events.timed({what: 'contexts'}, () => openContexts(request, store, order.signal)),
			order,
		);
		return await buildIn({store, contexts}, request, order);
	} catch (error) {
		events.emit(errorEvent(error));
		const result = error instanceof AbortedError ? 'stopped' : 'failed';
		events.emit({type: 'build.finished', result, ...countSteps(events.past()), ms: events.elapsed()});
		throw error;
	}
}

/** The first event comes first, also if the options are such that nothing follows but their error. */
function begin({id, options, events}: Order): Request {
	let request: Request | undefined;
	try {
		request = checkOptions(options);
		return request;
	} finally {
		events.emit({
			type: 'build.started',
			build: id,
			at: new Date().toISOString(),
			strata: version,
			names: request?.names ?? [],
			platforms: request?.platforms.map(formatPlatform) ?? [],
		});
	}
}

/** What fails because the build is stopped is not the error to tell. */
function orStopped<T>(work: Promise<T>, {signal}: Order): Promise<T> {
	return work.catch(error => {
		throw signal.aborted ? signal.reason : error;
	});
}

async function buildIn({store, contexts}: Omit<Places, 'epoch'>, request: Request, order: Order): Promise<BuildResult> {
	const {events, signal} = order;
	try {
		const planning = events.timed({what: 'plan'}, () => planChecked(request, {contexts, store, events, signal}));
		const planned = await orStopped(planning, order);
		const steps = stagesOf(planned.plans).flatMap(stage => stage.steps);
		const places = {store, contexts, epoch: planned.plans[0].epoch};
		return await attempt(planned, board(steps, events), {request, order, places});
	} catch (error) {
		throw attachExcerpt(error, contexts.dockerfile);
	}
}

interface Attempt {
	readonly request: Request;
	readonly order: Order;
	readonly places: Places;
}

/** Builds; should a cache not have what it said it had, begins again without it. What was done by then is in the store. */
async function attempt(planned: Planned, steps: Board, {request, order, places}: Attempt): Promise<BuildResult> {
	try {
		await using opened = openBuilder(order, request, places);
		const builder = await withCaches(opened, planned).catch(error => {
			steps.close();
			throw error;
		});
		await using _exports = builder.exports;
		builder.logs.describe(describe(planned, builder));
		return await buildPlanned(planned, steps, builder);
	} catch (error) {
		if (!(error instanceof LostLayerError)) throw error;
		order.events.emit({type: 'warning', message: error.message, notes: ['its steps are done again']});
		return attempt(planned, steps, {request: withoutCache(request, error.cache), order, places});
	}
}

/** undefined if nobody asked: then nothing that it takes is loaded. */
async function recordsOf(
	{plans, bases}: Planned,
	{built, written}: {readonly built: readonly BuiltPlatform[]; readonly written: WrittenImages},
	builder: Builder,
): Promise<readonly object[] | undefined> {
	const {provenanceRecord: mode} = builder.request;
	if (!mode) return undefined;
	const {provenanceRecords} = await import('./provenance-records.ts');
	const images = plans.map((plan, at) => ({
		plan,
		layers: written.images[at]?.layers ?? [],
		origin: built[at]?.state.origin ?? {steps: []},
	}));
	return provenanceRecords(images, bases, {mode, builder});
}

async function buildPlanned(planned: Planned, steps: Board, builder: Builder): Promise<BuildResult> {
	const {plans, bases} = planned;
	const {request, events} = builder;
	try {
		await checkIndexes(request, builder.store);
		await refuseUnrunnable(plans, bases, builder);
		const early = startEarly(stagesOf(plans), builder);
		const built = await buildStages(plans, {builder, bases, board: steps, early});
		await events.timed({what: 'settle'}, builder.settle);
		builder.throwIfFailed();
		const names = keepsImage(request) ? request.names : undefined;
		const attest = await attester(planned, builder);
		const written = await events.timed({what: 'image'}, () =>
			intoStore(builder, () => writeImages(built, names, {...builder, attest})),
		);
		await writeOutputs({descriptor: written.descriptor, names: request.names}, builder);
		await builder.exports?.finish();
		await builder.mountCaches?.finish();
		const image = builtImage(written, names ?? [], await recordsOf(planned, {built, written}, builder));
		events.emit({
			type: 'build.finished',
			result: 'done',
			...countSteps(events.past()),
			ms: events.elapsed(),
			image: finishedImage(image),
		});
		return {
			...image,
			steps: steps.results(),
			warnings: events.past().filter(event => event.type === 'warning'),
			timings: timingsOf(events.past(), events.elapsed()),
		};
	} catch (error) {
		builder.fail(error);
		await builder.settle();
		const running = steps.running();
		if (error instanceof AbortedError && running !== undefined) error.step ??= running;
		if (!(error instanceof LostLayerError)) steps.close();
		throw error;
	}
}

function describe({plans}: Planned, {id: build, request}: Builder) {
	return {
		build,
		at: new Date().toISOString(),
		names: request.names,
		steps: stagesOf(plans).flatMap(({steps}) => steps.map(({id, label, text}) => ({id, label, text}))),
	};
}
