import {writeFileSync} from 'node:fs';
import {StoreError} from '../errors.ts';
import type {BuildEvent} from '../index.ts';

/** Keeps what a trace of a build is made of. */
export interface Tracer {
	event(event: BuildEvent): void;
	/** Writes the trace. Throws a StoreError where it cannot. */
	write(): void;
}

/** An event of Chrome's trace format that has a beginning and a length, in microseconds. */
export interface TraceEvent {
	readonly ph: 'X';
	readonly name: string;
	readonly cat: string;
	readonly ts: number;
	readonly dur: number;
	readonly pid: number;
	readonly tid: number;
	readonly args: Readonly<Record<string, string | number>>;
}

/** What took time: `lane` are those that may not be drawn over each other. Milliseconds since the build began. */
interface Span {
	readonly name: string;
	readonly lane: string;
	readonly start: number;
	readonly end: number;
	readonly args?: Readonly<Record<string, string | number>>;
}

/**
 * A trace for chrome://tracing and https://ui.perfetto.dev: steps by their stages, and beside them what was transferred, worked,
 * packed and exported. https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
export function tracer(file: string): Tracer {
	const events: BuildEvent[] = [];
	return {
		event(event) {
			if (event.type !== 'step.output') events.push(event);
		},
		write() {
			try {
				writeFileSync(file, JSON.stringify({traceEvents: traceEvents(events, performance)}));
			} catch (cause) {
				const help = ['another file: --trace FILE'];
				throw new StoreError('TRACE', `cannot write the trace to ${file}`, {cause, help});
			}
		},
	};
}

/** When the program began, in milliseconds of the epoch, and how long ago that is: `performance`. */
interface Clock {
	readonly timeOrigin: number;
	now(): number;
}

/** What of a build took time, by the clock of the program that did it. */
export function traceEvents(events: readonly BuildEvent[], clock: Clock): readonly object[] {
	const spans = [...programSpans(events, clock), ...spansOf(events)].sort((a, b) => a.start - b.start || b.end - a.end);
	const before = Math.min(0, ...spans.map(({start}) => start));
	const tracks: {readonly lane: string; free: number}[] = [];
	const drawn = spans.map(({name, lane, start, end, args = {}}): TraceEvent => {
		const free = tracks.findIndex(track => track.lane === lane && track.free <= start);
		const tid = free >= 0 ? free : tracks.push({lane, free: 0}) - 1;
		tracks[tid] = {lane, free: end};
		return {ph: 'X', name, cat: lane, ts: (start - before) * 1000, dur: (end - start) * 1000, pid: 1, tid, args};
	});
	const names = tracks.map(({lane}, tid) => ({ph: 'M', name: 'thread_name', pid: 1, tid, args: {name: lane}}));
	return [...names, ...drawn];
}

/** From the start of the program to that of the build, and from the end of the build to now. */
function programSpans(events: readonly BuildEvent[], clock: Clock): Span[] {
	const started = events.find(event => event.type === 'build.started');
	const finished = events.find(event => event.type === 'build.finished');
	if (!started) return [];
	const begun = Date.parse(started.at);
	const start = {name: 'start of the program', lane: 'program', start: Math.min(0, clock.timeOrigin - begun), end: 0};
	if (!finished) return [start];
	const end = Math.max(finished.t, clock.timeOrigin + clock.now() - begun);
	return [start, {name: 'end of the program', lane: 'program', start: finished.t, end}];
}

function spansOf(events: readonly BuildEvent[]): Span[] {
	const steps = new Map<string, {readonly label: string; readonly text: string; readonly stage: string}>();
	const begun = new Map<string, number>();
	const name = (step: string | undefined) => steps.get(step ?? '')?.label ?? step ?? '';
	return events.flatMap((event): Span[] => {
		const {t} = event;
		switch (event.type) {
			case 'plan': {
				const stages = new Map(event.stages.flatMap(stage => stage.steps.map(step => [step, stage.name] as const)));
				for (const {id, label, text} of event.steps) steps.set(id, {label, text, stage: stages.get(id) ?? ''});
				return [];
			}
			case 'step.finished': {
				const {label = event.step, text = '', stage = ''} = steps.get(event.step) ?? {};
				if (event.result === 'not-run') return [];
				const args = {step: label, result: event.result};
				return [{name: text, lane: `stage ${stage}`, start: t - event.ms, end: t, args}];
			}
			case 'transfer': {
				const key = `${event.direction} ${event.digest}`;
				if (!begun.has(key)) begun.set(key, t);
				if (event.state !== 'done') return [];
				const args = {bytes: event.total, ref: event.ref};
				return [
					{name: `${event.direction} ${event.kind}`, lane: 'transfers', start: begun.get(key) ?? t, end: t, args},
				];
			}
			case 'layer': {
				const args = {bytes: event.size, unpacked: event.unpacked, files: event.files};
				return [{name: `pack ${name(event.step)}`, lane: 'packing', start: t - event.ms, end: t, args}];
			}
			case 'work':
				return [{name: `${event.what} ${name(event.step)}`.trim(), lane: 'work', start: t - event.ms, end: t}];
			case 'export':
				if (event.state !== 'done') return [];
				return [
					{name: `export ${event.output}`, lane: 'outputs', start: t - event.ms, end: t, args: {dest: event.dest}},
				];
			default:
				return [];
		}
	});
}
