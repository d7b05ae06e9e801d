import {formatPlatform, formatWithVersion, type Platform} from '../oci/platform.ts';
import {deepFreeze} from './freeze.ts';
import type {BuildPlan, Stage} from './plan.ts';

/** What one build does: a plan for each platform, in the order asked for. */
export type BuildPlans = readonly [BuildPlan, ...BuildPlan[]];

/**
 * The plans of one Dockerfile as one build: a stage that is the same for several platforms, down to the stages it needs,
 * is one object in their plans. Steps are numbered over all of them, and labelled with their platforms where these are
 * not all: `arm64 build 2/5`. Pure.
 */
export function joinPlans(plans: BuildPlans): BuildPlans {
	const [first, ...others] = plans;
	if (others.length === 0) return plans;
	const {joints, places} = sharedStages(plans);
	const stages = numbered(joints, shortNames(plans.map(plan => plan.platform)));
	const joined = (plan: BuildPlan, at: number): BuildPlan => ({
		...plan,
		stages: (places[at] ?? []).flatMap(place => stages[place] ?? []),
	});
	return deepFreeze([joined(first, 0), ...others.map((plan, at) => joined(plan, at + 1))]);
}

/** Every stage of a build once, each after those it needs. */
export function stagesOf(plans: readonly BuildPlan[]): readonly Stage[] {
	return [...new Set(plans.flatMap(plan => plan.stages))];
}

/** A stage, and the plans that it is in, by their places. */
interface Joint {
	readonly stage: Stage;
	readonly plans: number[];
}

interface SharedStages {
	readonly joints: readonly Joint[];
	/** Of each plan, where its stages are among the joints. */
	readonly places: readonly (readonly number[])[];
}

function sharedStages(plans: BuildPlans): SharedStages {
	const joints: Joint[] = [];
	const known = new Map<string, number>();
	const places = plans.map((plan, at) => {
		const byName = new Map<string, number>();
		for (const stage of plan.stages) {
			const identity = JSON.stringify([withoutNumbers(stage), stage.needs.map(name => byName.get(name))]);
			const place = known.get(identity) ?? joints.push({stage, plans: []}) - 1;
			known.set(identity, place);
			byName.set(stage.name, place);
			joints[place]?.plans.push(at);
		}
		return [...byName.values()];
	});
	return {joints, places};
}

function withoutNumbers({steps, ...stage}: Stage): object {
	return {...stage, steps: steps.map(({id: _, label: __, ...step}) => step)};
}

function numbered(joints: readonly Joint[], platforms: readonly string[]): readonly Stage[] {
	let count = 0;
	return joints.map(({stage, plans}) => {
		const isForAll = plans.length === platforms.length;
		const prefix = isForAll ? '' : `${plans.map(at => platforms[at]).join(',')} `;
		const steps = stage.steps.map(step => {
			count += 1;
			return {...step, id: `s${count}`, label: `${prefix}${step.label}`};
		});
		return {...stage, steps};
	});
}

/** What tells platforms apart: `amd64`, and as much more as it takes. */
function shortNames(platforms: readonly Platform[]): readonly string[] {
	const spellings: ((platform: Platform) => string)[] = [
		({architecture}) => architecture,
		({architecture, variant}) => (variant ? `${architecture}/${variant}` : architecture),
		formatPlatform,
	];
	const short = spellings.find(spell => new Set(platforms.map(spell)).size === platforms.length);
	return platforms.map(short ?? formatWithVersion);
}
