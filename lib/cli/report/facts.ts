import {plural} from '../names.ts';
import {sanitizeLine} from '../sanitize.ts';
import {formatSize} from '../size.ts';
import type {EventOf} from './reporter.ts';

export type PlannedStep = EventOf<'plan'>['steps'][number];

/** The steps of a plan, their texts fit for a terminal: a Dockerfile may be a stranger's. */
export function plannedSteps({steps}: EventOf<'plan'>): readonly PlannedStep[] {
	return steps.map(step => ({...step, text: sanitizeLine(step.text, {colors: false})}));
}

type Detail = Pick<EventOf<'step.finished'>, 'layers' | 'files' | 'bytes' | 'emulated'>;

/** `1 layer, 3.6 MB` of a base, `214 files, 1.9 MB` of a copy, `emulated` of a RUN that was; nothing of the others. */
export function detailOf({layers, files, bytes, emulated}: Detail): string {
	if (emulated) return 'emulated';
	const count = layers === undefined ? (files === undefined ? [] : [plural(files, 'file')]) : [plural(layers, 'layer')];
	return [...count, ...(bytes === undefined || count.length === 0 ? [] : [formatSize(bytes)])].join(', ');
}

/** `from ci`, `mounts to ci`: a cache as a row names it. */
export function cacheName({kind, direction, ref}: EventOf<'cache'>): string {
	return `${kind === 'steps' ? '' : `${kind} `}${direction} ${sanitizeLine(ref, {colors: false})}`;
}

/** `writing the cache ci` */
export function cacheDoing({kind, direction, ref}: EventOf<'cache'>): string {
	const what = kind === 'steps' ? 'the cache' : `${kind} of the cache`;
	return `${direction === 'to' ? 'writing' : 'reading'} ${what} ${sanitizeLine(ref, {colors: false})}`;
}

/** `12 steps` of a cache that was read, `3 layers, 12 MB` of what was fetched; `12 MB, 4 of 6 there already` of one that was written. */
export function cacheDetail({kind, state, entries = 0, size, blobs, present}: EventOf<'cache'>): string {
	if (state === 'absent') return 'nothing there yet';
	const bytes = size === undefined ? [] : [formatSize(size)];
	const count = blobs === undefined ? plural(entries, kind.slice(0, -1)) : `${present} of ${blobs} there already`;
	return (blobs === undefined ? [count, ...bytes] : [...bytes, count]).join(', ');
}

/** `redis` for `redis:latest`: how the story calls the image. */
export function shortName(names: readonly string[]): string | undefined {
	return names[0]?.replace(/:latest$/, '');
}

/** What is done while an image goes somewhere. */
export function exportText({output, dest}: EventOf<'export'>): string {
	return output === 'store' ? 'compressing the layers' : `writing ${dest || output}`;
}

/** What a step, or the plan, waits for. */
export function waitingText(event: EventOf<'step.waiting'>): string {
	switch (event.for) {
		case 'lock':
			if (event.pid === process.pid) return 'waiting for the same step elsewhere in this build';
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
