import type {Timings} from './build.ts';
import type {BuildEvent} from './events.ts';

/** How many steps ended, and how many of them were found by their key. */
export function countSteps(events: readonly BuildEvent[]): {readonly cached: number; readonly steps: number} {
	const results = events.flatMap(event => (event.type === 'step.finished' ? [event.result] : []));
	return {cached: results.filter(result => result === 'cached').length, steps: results.length};
}

/** Sums of milliseconds, read off the events like everything that is told of a build. */
export function timingsOf(events: readonly BuildEvent[], total: number): Timings {
	const kinds = new Map(
		events.flatMap(event => (event.type === 'plan' ? event.steps.map(step => [step.id, step.kind]) : [])) as [
			string,
			string,
		][],
	);
	const sum = (msOf: (event: BuildEvent) => number) => events.reduce((ms, event) => ms + msOf(event), 0);
	const ofKind = (kind: string) =>
		sum(event => (event.type === 'step.finished' && kinds.get(event.step) === kind ? event.ms : 0));
	return {
		total,
		pull: ofKind('base'),
		run: ofKind('run'),
		pack: sum(event => (event.type === 'layer' ? event.ms : 0)),
		export: sum(event => (event.type === 'export' && event.state === 'done' ? event.ms : 0)),
	};
}
