import type {BuildPlan} from '../index.ts';
import {plural} from './names.ts';
import {sanitizeLine} from './sanitize.ts';

type Stage = BuildPlan['stages'][number];

/** What a build would do, platform by platform. */
export function planLines(plans: readonly BuildPlan[], ellipsis: string): readonly string[] {
	return plans.flatMap((plan, at) => [...(at === 0 ? [] : ['']), ...platformLines(plan, ellipsis)]);
}

/** The same as data: one object, or a list of one for each platform. */
export function planJson(plans: readonly BuildPlan[]): unknown {
	return sortedKeys(plans.length === 1 ? plans[0] : plans);
}

/** A block a stage, in build order. */
function platformLines({file, platform, target, stages, omitted}: BuildPlan, ellipsis: string): readonly string[] {
	const steps = stages.reduce((sum, stage) => sum + stage.steps.length, 0);
	const where = [platform.os, platform.architecture, ...(platform.variant ? [platform.variant] : [])].join('/');
	return [
		`${file}, ${where}, target ${target}: ${plural(stages.length, 'stage')}, ${plural(steps, 'step')}`,
		...stages.flatMap(stage => stageLines(stage, ellipsis)),
		...(omitted.length > 0 ? [`left out: ${omitted.join(', ')} (the target does not need them)`] : []),
	];
}

function stageLines({name, needs, steps, base}: Stage, ellipsis: string): readonly string[] {
	const columns = [
		steps.map(step => step.label.replace(/^.* /, '')),
		steps.map(step => step.kind),
		steps.map(step => `:${step.location.start}`),
	].map(padded);
	return [
		needs.length > 0 ? `${name}  needs ${needs.join(', ')}` : name,
		...steps.map((step, at) => {
			const resolved =
				step.kind === 'base' && base.kind === 'image' && base.resolved
					? ` = ${shortened(base.resolved, ellipsis)}`
					: '';
			const text = sanitizeLine(step.text, {colors: false});
			return `  ${columns.map(column => column[at]).join('  ')}  ${text}${resolved}`;
		}),
	];
}

function padded(cells: readonly string[]): readonly string[] {
	const width = Math.max(...cells.map(cell => cell.length));
	return cells.map(cell => cell.padEnd(width));
}

/** `docker.io/library/alpine@sha256:90c225a5d58b…` */
function shortened(reference: string, ellipsis: string): string {
	return reference.replace(/(@\w+:[\da-f]{12})[\da-f]+$/, `$1${ellipsis}`);
}

/** The same value with the keys of every object in order: two runs compare equal. */
function sortedKeys(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sortedKeys);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([key, item]) => [key, sortedKeys(item)]),
	);
}
