import {closeSync, openSync, readSync} from 'node:fs';
import type {BuildEvent, StepOutput, Worked} from './events.ts';

/** An event as the build tells it: version and time are added when it is emitted. */
export type NewEvent = BuildEvent extends infer Event
	? Event extends BuildEvent
		? Omit<Event, 'v' | 't'>
		: never
	: never;

/** A piece of a step's output that lies in its log: it is read when a reader comes to it, so a slow reader costs no memory. */
export interface LoggedOutput {
	readonly step: string;
	readonly stream: 'stdout' | 'stderr';
	readonly logFile: string;
	/** Where it lies, in order. */
	readonly ranges: readonly LogRange[];
}

export interface LogRange {
	readonly offset: number;
	readonly length: number;
}

/** The events of one build. Every reader sees all of them from the first on, at its own pace. */
export interface EventStream extends AsyncIterable<BuildEvent> {
	emit(event: NewEvent): void;
	emitOutput(output: LoggedOutput): void;
	/** Does a part of the work, and tells how long it took when it is over, well or not. */
	timed<T>(about: Pick<Worked, 'what' | 'step'>, work: () => Promise<T>): Promise<T>;
	/** Ends the stream: readers that have seen all events finish, or throw `error`. */
	close(error?: unknown): void;
	/** All that was emitted so far but the output of steps. */
	past(): readonly BuildEvent[];
	/** Milliseconds since the stream was made. */
	elapsed(): number;
}

type Kept = BuildEvent | (LoggedOutput & {readonly t: number});

/** A stream whose clock starts now. */
export function eventStream(): EventStream {
	const start = performance.now();
	const kept: Kept[] = [];
	let waiting: (() => void)[] = [];
	let end: {readonly error: unknown} | undefined;

	const elapsed = () => Math.round(performance.now() - start);
	const wake = () => {
		const woken = waiting;
		waiting = [];
		for (const resolve of woken) resolve();
	};
	const keep = (event: Kept) => {
		kept.push(event);
		wake();
	};

	async function* read() {
		for (let next = 0; ; ) {
			const event = kept[next];
			if (event) {
				next += 1;
				yield 'type' in event ? event : readOutput(event);
			} else if (end) {
				if (end.error !== undefined) throw end.error;
				return;
			} else {
				await new Promise<void>(resolve => waiting.push(resolve));
			}
		}
	}

	const emit = (event: NewEvent) => keep({v: 1, t: elapsed(), ...event} as BuildEvent);

	return {
		elapsed,
		past: () => kept.filter(event => 'type' in event),
		emit,
		async timed(about, work) {
			const begun = elapsed();
			try {
				return await work();
			} finally {
				emit({type: 'work', ...about, ms: elapsed() - begun});
			}
		},
		emitOutput: output => keep({...output, t: elapsed()}),
		close(error) {
			end = {error};
			wake();
		},
		[Symbol.asyncIterator]: read,
	};
}

function readOutput({step, stream, logFile, ranges, t}: LoggedOutput & {readonly t: number}): StepOutput {
	const data = readRanges(logFile, ranges);
	const common = {v: 1, t, type: 'step.output', step, stream} as const;
	try {
		return {...common, text: new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(data)};
	} catch {
		return {...common, base64: data.toString('base64')};
	}
}

function readRanges(file: string, ranges: readonly LogRange[]): Buffer {
	const data = Buffer.allocUnsafe(ranges.reduce((sum, {length}) => sum + length, 0));
	const descriptor = openSync(file, 'r');
	try {
		let size = 0;
		for (const {offset, length} of ranges) size += readSync(descriptor, data, size, length, offset);
		return data.subarray(0, size);
	} finally {
		closeSync(descriptor);
	}
}
