import {StepFailedError} from '../errors.ts';
import {baseDraft, foldStep, type ImageDraft, inheritDraft, scratchDraft} from '../image/draft.ts';
import type {Platform} from '../oci/platform.ts';
import type {Base, BuildPlan, ConfigStep, CopyStep, Stage, Step} from '../plan/plan.ts';
import type {BuildPlans} from '../plan/platforms.ts';
import {fullStore} from '../store/failure.ts';
import {isNative} from '../worker/emulators.ts';
import type {BaseImages} from './bases.ts';
import type {Board, StepDetail} from './board.ts';
import type {Builder} from './builder.ts';
import {copyWork, workdirWork} from './copy.ts';
import type {EarlyStart} from './early-start.ts';
import {baseFiles, noFiles} from './files.ts';
import {fieldDigest} from './key.ts';
import {LostLayerError} from './lost-layer.ts';
import {runWork} from './run.ts';
import {placed, type StageState, type StepWork, type Turn, takeStep} from './step.ts';
import {timeFields} from './times.ts';

/** What the stages of one plan share; a stage of several plans is built with the first. */
export interface Stages {
	readonly plan: BuildPlan;
	readonly builder: Builder;
	readonly bases: BaseImages;
	readonly board: Board;
	readonly early: EarlyStart;
	/** The final state of a stage that stands before in build order. */
	stateOf(name: string): Promise<StageState>;
}

/** The target as it was built for a platform. */
export interface BuiltPlatform {
	readonly platform: Platform;
	readonly state: StageState;
}

/** Builds all stages, independent ones at the same time, each once, and answers with the target of each plan. */
export async function buildStages(
	plans: BuildPlans,
	shared: Omit<Stages, 'plan' | 'stateOf'>,
): Promise<readonly BuiltPlatform[]> {
	const states = new Map<Stage, Promise<StageState>>();
	const stateIn = async ({stages}: BuildPlan, name: string) => {
		const stage = stages.find(candidate => candidate.name === name);
		const state = stage && states.get(stage);
		if (!state) throw new Error(`Stage ${name} is needed before it is planned`);
		return state;
	};
	for (const plan of plans) {
		const stages = {...shared, plan, stateOf: (name: string) => stateIn(plan, name)};
		for (const stage of plan.stages) if (!states.has(stage)) states.set(stage, buildStage(stage, stages));
	}
	await Promise.allSettled(states.values());
	shared.builder.throwIfFailed();
	return Promise.all(plans.map(async plan => ({platform: plan.platform, state: await stateIn(plan, plan.target)})));
}

/** The stage loop: each step is found or performed, and hands its state to the next. */
async function buildStage(stage: Stage, stages: Stages): Promise<StageState> {
	let state: StageState | undefined;
	for (const step of stage.steps) {
		await dependencies(step, stage, stages);
		stages.builder.signal.throwIfAborted();
		stages.board.start(step);
		try {
			const taken: Advance = state ? await advance(step, stage, state, stages) : await enter(stage, step, stages);
			state = taken.state;
			stages.board.finish(step, taken.cached ? 'cached' : 'done', taken.detail);
		} catch (caught) {
			const error = fullStore(caught, {root: stages.builder.store.root, doing: `doing step ${step.label}`});
			fail(step, error, stages);
			throw error;
		}
	}
	if (!state) throw new Error(`Stage ${stage.name} has no steps`);
	return state;
}

/** A step that needs another stage has not begun before that is built. */
async function dependencies(step: Step, {base}: Stage, {stateOf}: Stages): Promise<void> {
	if (step.kind === 'base' && base.kind === 'stage') await stateOf(base.stage);
	if (step.kind === 'copy' && step.from?.kind === 'stage') await stateOf(step.from.stage);
	if (step.kind !== 'run') return;
	for (const {from} of step.mounts) if (from?.kind === 'stage') await stateOf(from.stage);
}

interface Advance {
	readonly state: StageState;
	readonly cached: boolean;
	readonly detail?: StepDetail;
}

/** FROM: the files and the config that the stage starts from. */
async function enter(stage: Stage, step: Step, stages: Stages): Promise<Advance> {
	const {base, platform} = stage;
	const {bases, builder, early, stateOf} = stages;
	switch (base.kind) {
		case 'scratch':
			return {state: emptyState(platform, builder), cached: true};
		case 'context':
			return copy(allOf(base, step), {stage, before: emptyState(platform, builder)}, stages);
		case 'stage': {
			const state = await stateOf(base.stage);
			return {state: {...state, draft: inheritDraft(state.draft)}, cached: true};
		}
		default: {
			const image = await bases.resolve(base);
			const {layers, fetched} = await image.layers(step, builder, lowest => early.unpack(stage, lowest));
			builder.exports?.addBase(layers);
			const bytes = layers.reduce((sum, layer) => sum + layer.descriptor.size, 0);
			return {
				state: {
					draft: withEnv(baseDraft(image.config, builder.request.unset), builder),
					files: baseFiles(layers),
					origin: {base: {name: image.reference, digest: image.resolved}, steps: []},
				},
				cached: !fetched,
				detail: {layers: layers.length, bytes, resolved: `${image.reference}@${image.resolved}`},
			};
		}
	}
}

function emptyState(platform: Stage['platform'], builder: Builder): StageState {
	return {draft: withEnv(scratchDraft(platform), builder), files: noFiles, origin: {steps: []}};
}

/** Variables of the request are set before the first instruction. */
function withEnv(draft: ImageDraft, {request: {env}}: Builder): ImageDraft {
	return foldStep(draft, {set: 'env', values: Object.entries(env)}, undefined);
}

/** FROM a folder is FROM scratch with all of the folder in one layer. */
function allOf(from: Base, {id, label, text, location}: Step): CopyStep {
	const place = {
		from,
		paths: ['/'],
		files: [],
		exclude: [],
		destination: '/',
		workdir: '/',
		link: false,
		parents: false,
	};
	return {kind: 'copy', instruction: 'COPY', id, label, text, location, createdBy: text, ...place};
}

async function advance(step: Step, stage: Stage, state: StageState, stages: Stages): Promise<Advance> {
	const {builder} = stages;
	switch (step.kind) {
		case 'run': {
			const work = await runWork(step, {stage, before: state}, stages);
			const taken = await takeStep(step, {stage, before: state, work}, builder);
			return taken.cached || isNative(state.draft.platform) ? taken : {...taken, detail: {emulated: true}};
		}
		case 'copy':
			return copy(step, {stage, before: state}, stages);
		case 'workdir':
			return takeStep(step, {stage, before: state, work: workdirWork(step, state, builder)}, builder);
		case 'config':
			return takeStep(step, {stage, before: state, work: configWork(step, state, builder)}, builder);
		case 'base':
			throw new Error(`A stage has a second FROM: ${step.text}`);
	}
}

async function copy(step: CopyStep, place: Omit<Turn, 'work'>, stages: Stages): Promise<Advance> {
	const {work, detail} = await copyWork(step, place.before, stages);
	return {...(await takeStep(step, {...place, work}, stages.builder)), detail};
}

/** A change of the config: it was seen before if the same was made to the same config and files; its time is a part of the history. */
function configWork({change}: ConfigStep, {draft}: StageState, builder: Builder): StepWork {
	const {container, ownCmd} = draft;
	const config = fieldDigest({container, ownCmd} as never);
	return {fields: {kind: 'config', change: fieldDigest(change as never), config, ...timeFields(builder)}};
}

/** The first step that fails stops the others; what ends because of that did not fail itself. */
function fail(step: Step, error: unknown, {board, builder}: Stages): void {
	if (builder.signal.aborted) return;
	placed(error, step);
	const exitCode = error instanceof StepFailedError && typeof error.status === 'number' ? {exitCode: error.status} : {};
	if (!(error instanceof LostLayerError)) board.finish(step, 'failed', exitCode);
	builder.fail(error, step);
}
