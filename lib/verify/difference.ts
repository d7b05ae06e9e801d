import type {BuildResult} from '../build/build.ts';
import type {BuildEvent, PlannedStep} from '../build/events.ts';
import {collect} from '../bytes.ts';
import {readManifest} from '../export/image.ts';
import {type DiffID, type Digest, hexOf} from '../oci/digest.ts';
import type {Store} from '../store/store.ts';
import type {Toc} from '../tree/toc.ts';
import {compareTocs, differing, type EntryDifference} from './compare-tocs.ts';
import {type BuiltLayer, explain, type FileDifference} from './explain.ts';

/** A build that was done, and the store that it left. */
export interface Trial {
	readonly store: Store;
	readonly result: BuildResult;
	readonly events: readonly BuildEvent[];
}

/** A step whose layer is not the same twice, and the file that shows it best. */
export interface StepDifference {
	readonly step: PlannedStep;
	readonly file: FileDifference;
	/** How many other paths of the layer differ. */
	readonly others: number;
}

/** Where two builds part. */
export interface Difference {
	/** The first step that differs; absent: all layers are the same. */
	readonly first?: StepDifference;
	/** The first that differs in more than the times of its files, if the first does not. */
	readonly further?: StepDifference;
	/** What differs if no layer does: fields of the config. */
	readonly config?: readonly string[];
}

/** The first difference between two builds of one Dockerfile; undefined if both made the same image. */
export async function firstDifference(one: Trial, other: Trial): Promise<Difference | undefined> {
	if (one.result.digest === other.result.digest) return undefined;
	const steps = differingSteps(one, other);
	const [first] = steps;
	if (!first) return {config: await differingFields(one, other)};
	const further = steps.find(({entries}) => entries.some(({what}) => what !== 'mtime'));
	return {
		first: await told(first),
		...(further && further !== first ? {further: await told(further)} : {}),
	};
}

interface DifferingStep {
	readonly step: PlannedStep;
	readonly entries: readonly EntryDifference[];
	readonly layers: readonly [BuiltLayer, BuiltLayer];
}

/** In the order of the plan, so that a cause stands before what follows from it. */
function differingSteps(one: Trial, other: Trial): readonly DifferingStep[] {
	const steps = one.events.flatMap(event => (event.type === 'plan' ? event.steps : []));
	const [left, right] = [layersOf(one), layersOf(other)];
	/** Steps that are the same in two stages are done once, by whichever comes first. */
	const twinOf = (step: PlannedStep, layers: typeof left) =>
		steps.filter(({text}) => text === step.text).flatMap(({id}) => layers.get(id) ?? [])[0];
	return steps.flatMap(step => {
		const own = [left.get(step.id), right.get(step.id)];
		const [first = twinOf(step, left), second = twinOf(step, right)] = own;
		const wasDone = own.some(layer => layer !== undefined);
		if (!wasDone || !first || !second || first.diffID === second.diffID) return [];
		const entries = compareTocs(tocOf(one, first.diffID), tocOf(other, second.diffID));
		return [
			{
				step,
				entries,
				layers: [
					{...one, digest: first.digest},
					{...other, digest: second.digest},
				] as const,
			},
		];
	});
}

function layersOf({events}: Trial): ReadonlyMap<string, {readonly diffID: DiffID; readonly digest: Digest}> {
	return new Map(
		events.flatMap(event =>
			event.type === 'layer' ? [[event.step, {diffID: event.diffID as DiffID, digest: event.digest as Digest}]] : [],
		),
	);
}

function tocOf({store}: Trial, diffID: DiffID): Toc {
	return store.records<Toc>('tocs').get(hexOf(diffID)) ?? [];
}

/** What a program wrote tells more than modes, and these more than times. */
async function told({step, entries, layers}: DifferingStep): Promise<StepDifference> {
	const weights = new Map(
		differing.map(what => [what, Math.max(differing.indexOf(what), differing.indexOf('xattrs'))]),
	);
	const [worst] = entries.toSorted((a, b) => (weights.get(a.what) ?? 0) - (weights.get(b.what) ?? 0));
	if (!worst) throw new Error(`The layers of ${step.label} differ, and nothing in their tables of contents does`);
	return {step, file: await explain(worst, layers), others: entries.length - 1};
}

/** Names of fields of the first config that differs, those of its `config` with it: `created`, `config.Env`. */
async function differingFields(one: Trial, other: Trial): Promise<readonly string[]> {
	for (const [at, image] of one.result.images.entries()) {
		const [left, right] = [
			await configOf(image.descriptor, one),
			await configOf(other.result.images[at]?.descriptor, other),
		];
		const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
		const fields = names.filter(name => JSON.stringify(left[name]) !== JSON.stringify(right[name]));
		if (fields.length > 0) return fields;
	}
	return [];
}

async function configOf(
	descriptor: BuildResult['descriptor'] | undefined,
	{store: {blobs}}: Trial,
): Promise<Readonly<Record<string, unknown>>> {
	if (!descriptor) return {};
	const {config} = await readManifest(descriptor, blobs);
	return JSON.parse(Buffer.from(await collect(blobs.open(config))).toString('utf8')) as Record<string, unknown>;
}
