import {MachineError, StrataError} from '../errors.ts';
import {foldStep, historyEntry, type ImageDraft} from '../image/draft.ts';
import type {Digest} from '../oci/digest.ts';
import type {ConfigChange, Stage, Step} from '../plan/plan.ts';
import type {Snapshot} from '../snapshot/snapshot.ts';
import type {OneId} from '../worker/id-map.ts';
import {isDoneAnew} from './anew.ts';
import type {Builder} from './builder.ts';
import type {Hit} from './cache.ts';
import {type Claim, claimStep, noClaim} from './claim.ts';
import {addLayer, type Files, noFiles, type Settling, type StackedLayer, settled, settling} from './files.ts';
import type {KeyFields} from './key.ts';
import {timestamp} from './times.ts';

/** All that one step hands to the next. */
export interface StageState {
	readonly draft: ImageDraft;
	readonly files: Files;
	readonly origin: Origin;
}

/** Where the layers come from: what `strata inspect` and `strata history` tell of them. */
export interface Origin {
	readonly base?: {readonly name: string; readonly digest: Digest};
	/** The steps that made a layer, each with the layer's place in the stack. */
	readonly steps: readonly {
		readonly layer: number;
		readonly id: string;
		readonly number: string;
		readonly text: string;
	}[];
}

/** What a step is to the cache: what its result depends on, and how to come by it. */
export interface StepWork {
	readonly fields: KeyFields;
	/** Its result is the same on whatever files: the key sees none (CPY-11). */
	readonly alone?: boolean;
	/** Does the step; absent for steps that only change the config. Its layer may still be packed when it answers. */
	perform?(): Promise<Made>;
}

/** What came of performing a step. */
export interface Made {
	readonly layer?: Promise<StackedLayer>;
	readonly snapshot?: Snapshot;
	/** Why it was made with one id only, if it was. */
	readonly oneId?: OneId;
}

/** A step that was found or done. */
export interface Taken {
	readonly state: StageState;
	readonly cached: boolean;
}

/** A step, what it starts from, and what it is to the cache. */
export interface Turn {
	readonly stage: Stage;
	readonly before: StageState;
	readonly work: StepWork;
}

/** Finds the step in the cache or performs it, and folds it into the state. */
export async function takeStep(step: Step, turn: Turn, builder: Builder): Promise<Taken> {
	const {before, work} = turn;
	const known = await find(turn, builder);
	if (known) return {state: after(step, before, fromHit(known)), cached: true};

	const claim = work.perform ? await claimStep({step, fields: work.fields, files: startOf(turn)}, builder) : noClaim;
	try {
		const meanwhile = claim.granted && (await find(turn, builder));
		if (!meanwhile) return {state: await perform(step, turn, {builder, claim}), cached: false};
		builder.background(claim.release());
		return {state: after(step, before, fromHit(meanwhile)), cached: true};
	} catch (error) {
		builder.background(claim.release());
		throw error;
	}
}

/** Does the step. Recording it, which waits for its layer, goes on behind it; the claim on it is given up then. */
async function perform(
	step: Step,
	turn: Turn,
	{builder, claim}: {readonly builder: Builder; readonly claim: Claim},
): Promise<StageState> {
	const {work, before} = turn;
	const made = work.perform ? await inTurn(step, work.perform, builder) : {};
	const created = timestamp(builder);
	const kept = keep(step, turn, {...made, created}, builder).catch(error => {
		throw placed(error, step);
	});
	builder.background(kept.finally(claim.release));
	return after(step, before, {created, layer: made.layer && settling(made.layer), snapshot: made.snapshot});
}

/** An error of a step, with the step's place if it has none; the machine's are of no place. */
export function placed(error: unknown, {location}: Step): unknown {
	if (error instanceof StrataError && !(error instanceof MachineError)) error.location ??= location;
	return error;
}

/** Only programs wait for a slot: what is done here has its own bounds, the threads that hash and pack. */
async function inTurn(step: Step, work: () => Promise<Made>, {slots, events, signal}: Builder): Promise<Made> {
	const unlessOver = async () => {
		signal.throwIfAborted();
		return work();
	};
	if (step.kind !== 'run') return unlessOver();
	return slots.take(unlessOver, () => events.emit({type: 'step.waiting', step: step.id, for: 'slot'}));
}

/** Waits for what the step starts from only if a step like it was ever recorded. */
async function find(turn: Turn, {cache, request, exports}: Builder): Promise<Hit | undefined> {
	const {work, stage} = turn;
	if (isDoneAnew(stage, request) || !cache.mayHave(work.fields)) return undefined;
	const hit = await cache.find(work.fields, await startOf(turn).fsid.promise);
	if (hit) exports?.add({stage, fields: work.fields, ...hit});
	return hit;
}

/** The files that its key sees. */
function startOf({work, before}: Turn): Files {
	return work.alone ? noFiles : before.files;
}

/** Records a step once its layer is in the store. */
async function keep(
	step: Step,
	turn: Turn,
	made: Made & {readonly created: string},
	{cache, request, exports}: Builder,
) {
	const packed = await made.layer;
	const parent = await startOf(turn).fsid.promise;
	const slot = {file: step.location.file, stage: turn.stage.name, label: step.label, text: step.text};
	const layer = packed && {layer: {diffID: packed.diffID, content: packed.content}};
	const record = {slot, parent, created: made.created, ...layer, ...(made.oneId ? {oneId: made.oneId} : {})};
	const kept = cache.keep(turn.work.fields, record, isDoneAnew(turn.stage, request));
	exports?.add({stage: turn.stage, fields: turn.work.fields, record: kept, layer: packed});
}

interface Outcome {
	readonly created: string;
	readonly layer: Settling<StackedLayer> | undefined;
	readonly snapshot: Snapshot | undefined;
}

function fromHit({record, layer}: Hit): Outcome {
	return {created: record.created, layer: layer && settled(layer), snapshot: undefined};
}

function after(step: Step, {draft, files, origin}: StageState, {created, layer, snapshot}: Outcome): StageState {
	const entry = step.createdBy === undefined ? undefined : historyEntry(step.createdBy, created, layer !== undefined);
	return {
		draft: foldStep(draft, changeOf(step), entry),
		files: layer ? addLayer(files, layer, snapshot) : files,
		origin: layer ? {...origin, steps: [...origin.steps, madeLayer(step, files.layers.length)]} : origin,
	};
}

/** `build 2/5` is step 2. */
function madeLayer({id, label, text}: Step, layer: number): Origin['steps'][number] {
	return {layer, id, number: label.replace(/^.* |\/.*$/g, ''), text};
}

function changeOf(step: Step): ConfigChange | undefined {
	return step.kind === 'config' || step.kind === 'workdir' ? step.change : undefined;
}
