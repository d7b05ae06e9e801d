import {AbortedError} from '../errors.ts';
import {formatPlatform} from '../oci/platform.ts';
import type {BuildPlan} from '../plan/plan.ts';
import {openStore} from '../store/open.ts';
import {defaultRoot} from '../store/root.ts';
import type {Store} from '../store/store.ts';
import {type Board, board} from './board.ts';
import type {BuildResult} from './build.ts';
import type {Builder} from './builder.ts';
import {type Contexts, openContexts} from './contexts.ts';
import type {EventStream} from './event-stream.ts';
import type {FinishedImage} from './events.ts';
import {writeImage} from './finish.ts';
import {openBuilder} from './open-builder.ts';
import {writeOutputs} from './outputs.ts';
import {type Planned, planContexts} from './planning.ts';
import {attachExcerpt, errorEvent, planEvent, unusedArgWarnings} from './report.ts';
import type {Request} from './request.ts';
import {buildStages} from './stage.ts';
import {countSteps, timingsOf} from './tally.ts';
import {refuseUnsupported} from './unsupported.ts';

/** One build as it was asked for. */
export interface Order {
	readonly id: string;
	readonly request: Request;
	readonly events: EventStream;
	/** Aborted with an AbortedError by whoever stops the build, and with the first error by the build itself. */
	readonly controller: AbortController;
}

/** Does a build from its options to its outputs; whatever it opened is closed when it settles. */
export async function perform(order: Order): Promise<BuildResult> {
	const {events, controller} = order;
	try {
		await using store = await openStore(order.request.root ?? defaultRoot());
		await using contexts = await openContexts(order.request, store);
		return await buildIn(store, contexts, order);
	} catch (caught) {
		const error = controller.signal.aborted ? controller.signal.reason : caught;
		events.emit(errorEvent(error));
		const result = error instanceof AbortedError ? 'stopped' : 'failed';
		events.emit({type: 'build.finished', result, ...countSteps(events.past()), ms: events.elapsed()});
		throw error;
	}
}

async function buildIn(store: Store, contexts: Contexts, order: Order): Promise<BuildResult> {
	const {events, request, controller} = order;
	try {
		const planned = await planContexts(request, {contexts, store, events, signal: controller.signal});
		refuseUnsupported(planned.plan);
		events.emit(planEvent(planned.plan));
		for (const warning of unusedArgWarnings(planned.plan)) events.emit(warning);
		await using builder = openBuilder(order, {store, contexts});
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
		const finished: FinishedImage = {...facts, layers: layers.length, platforms: platforms.map(formatPlatform)};
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
