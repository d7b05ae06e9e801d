import {formatTime} from '../time.ts';
import {detailOf, type PlannedStep} from './facts.ts';
import {type LineCutter, lineCutter} from './lines.ts';
import {type Pull, pull} from './pull.ts';
import type {EventOf} from './reporter.ts';

type Finished = EventOf<'step.finished'>;

/** A step in plain mode: what was printed of it so far, and what waits. */
export interface Block {
	readonly step: PlannedStep;
	/** On the clock of `tick`. */
	readonly begun: number;
	/** How its first line was printed, if it was; a folded one must be closed. */
	header: 'none' | 'line' | 'fold';
	/** How much of its output came so far; it lies in the log. */
	bytes: number;
	lines: number;
	/** How much of that was printed, or left out. */
	told: number;
	/** What came before its turn, besides output. */
	readonly kept: string[];
	readonly cutters: Readonly<Record<'stdout' | 'stderr', LineCutter>>;
	readonly pull: Pull;
	/** When bytes were last reported, and when that it still runs. */
	reported: number;
	reminded: number;
	finished?: Finished;
}

export function block(step: PlannedStep, now: number): Block {
	return {
		step,
		begun: now,
		header: 'none',
		bytes: 0,
		lines: 0,
		told: 0,
		kept: [],
		cutters: {stdout: lineCutter(), stderr: lineCutter()},
		pull: pull(),
		reported: now,
		reminded: now,
	};
}

/** What a finished step says of itself before its last line. */
export function resultLines({kind}: PlannedStep, finished: Finished): readonly string[] {
	if (finished.result !== 'done') return [];
	const detail = detailOf(finished);
	return [
		...(finished.resolved === undefined ? [] : [finished.resolved]),
		...(detail === '' ? [] : [kind === 'base' ? `pulled ${detail}` : detail]),
	];
}

const words = {done: 'DONE', cached: 'CACHED', failed: 'FAILED', stopped: 'STOPPED', 'not-run': 'NOT RUN'} as const;

/** `DONE 1.4s`, `CACHED` */
export function resultWord({result, ms}: Pick<Finished, 'result' | 'ms'>): string {
	const timed = result === 'done' || result === 'failed' || result === 'stopped';
	return timed ? `${words[result]} ${formatTime(ms)}` : words[result];
}
