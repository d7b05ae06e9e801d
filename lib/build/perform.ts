import {AbortedError} from '../errors.ts';
import {podmanWay} from '../export/podman.ts';
import {formatPlatform} from '../oci/platform.ts';
import type {BuildPlan} from '../plan/plan.ts';
import {openStore} from '../store/open.ts';
import {defaultRoot} from '../store/root.ts';
import {version} from '../version.ts';
import {type Board, board} from './board.ts';
import type {BuildResult} from './build.ts';
import type {Builder} from './builder.ts';
import {planChecked} from './checked-plan.ts';
import {openContexts} from './contexts.ts';
import type {EventStream} from './event-stream.ts';
import type {FinishedImage} from './events.ts';
import {writeImage} from './finish.ts';
import {openBuilder, type Places} from './open-builder.ts';
import type {BuildOptions} from './options.ts';
import {writeOutputs} from './outputs.ts';
import type {Planned} from './planning.ts';
import {attachExcerpt, errorEvent} from './report.ts';
import {checkOptions, type Request} from './request.ts';
import {buildStages} from './stage.ts';
import {countSteps, timingsOf} from './tally.ts';

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
		await using contexts = await orStopped(openContexts(request, store, order.signal), order);
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
		const {names = [], platform} = request ?? {};
		const platforms = platform ? [formatPlatform(platform)] : [];
		events.emit({type: 'build.started', build: id, at: new Date().toISOString(), strata: version, names, platforms});
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
		const planned = await orStopped(planChecked(request, {contexts, store, events, signal}), order);
		await using builder = openBuilder(order, request, {store, contexts, epoch: planned.plan.epoch});
		const steps = board(planned.plan, events);
		return await buildPlanned(planned, steps, builder);
	} catch (error) {
		throw attachExcerpt(error, contexts.dockerfile);
	}
}

async function buildPlanned({plan, bases}: Planned, steps: Board, builder: Builder): Promise<BuildResult> {
	const {request, events} = builder;
	builder.logs.describe(describe(plan, builder));
	try {
		const state = await buildStages(plan, {builder, bases, board: steps});
		await builder.settle();
		builder.throwIfFailed();
		const image = await writeImage(state, request.names, builder);
		await writeOutputs({descriptor: image.descriptor, names: request.names}, builder);
		const platforms = [state.draft.platform];
		const {id, descriptor, size, layers} = image;
		const facts = {names: request.names, digest: descriptor.digest, id, size};
		const podman = await podmanWay(builder.store);
		const finished: FinishedImage = {
			...facts,
			layers: layers.length,
			platforms: platforms.map(formatPlatform),
			...(podman ? {podman} : {}),
		};
		events.emit({
			type: 'build.finished',
			result: 'done',
			...countSteps(events.past()),
			ms: events.elapsed(),
			image: finished,
		});
		return {
			...facts,
			descriptor,
			layers,
			platforms,
			steps: steps.results(),
			warnings: events.past().filter(event => event.type === 'warning'),
			timings: timingsOf(events.past(), events.elapsed()),
		};
	} catch (error) {
		builder.fail(error);
		await builder.settle();
		const running = steps.running();
		if (error instanceof AbortedError && running !== undefined) error.step ??= running;
		steps.close();
		throw error;
	}
}

function describe(plan: BuildPlan, {id, request}: Builder) {
	return {
		build: id,
		at: new Date().toISOString(),
		names: request.names,
		steps: plan.stages.flatMap(stage => stage.steps.map(step => ({id: step.id, label: step.label, text: step.text}))),
	};
}
