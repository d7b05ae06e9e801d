import {plural} from '../names.ts';
import {sanitizeLine} from '../sanitize.ts';
import {formatSize} from '../size.ts';
import type {EventOf} from './reporter.ts';

export type PlannedStep = EventOf<'plan'>['steps'][number];

/** The steps of a plan, their texts fit for a terminal: a Dockerfile may be a stranger's. */
export function plannedSteps({steps}: EventOf<'plan'>): readonly PlannedStep[] {
	return steps.map(step => ({...step, text: sanitizeLine(step.text, {colors: false})}));
}

type Detail = Pick<EventOf<'step.finished'>, 'layers' | 'files' | 'bytes'>;

/** `1 layer, 3.6 MB` of a base, `214 files, 1.9 MB` of a copy; nothing of the others. */
export function detailOf({layers, files, bytes}: Detail): string {
	const count = layers === undefined ? (files === undefined ? [] : [plural(files, 'file')]) : [plural(layers, 'layer')];
	return [...count, ...(bytes === undefined || count.length === 0 ? [] : [formatSize(bytes)])].join(', ');
}

/** `redis` for `redis:latest`: how the story calls the image. */
export function shortName(names: readonly string[]): string | undefined {
	return names[0]?.replace(/:latest$/, '');
}

/** What a step, or the plan, waits for. */
export function waitingText(event: EventOf<'step.waiting'>): string {
	switch (event.for) {
		case 'lock':
			return `waiting for another build to finish this step${event.pid === undefined ? '' : ` (process ${event.pid})`}`;
		case 'slot':
			return 'waiting for a running step to end';
		case 'registry':
			return event.reason === undefined ? 'waiting for the registry' : retryText(event);
	}
}

/** `503 from registry-1.docker.io, again in 4s (2 of 5)` */
export function retryText({
	reason = 'it broke off',
	delay = 0,
	attempt = 1,
}: Pick<EventOf<'transfer'> | EventOf<'step.waiting'>, 'reason' | 'delay' | 'attempt'>): string {
	return `${reason}, again in ${Math.ceil(delay / 1000)}s (${attempt} of ${attempts})`;
}

/** How often a transfer is tried. */
const attempts = 5;
