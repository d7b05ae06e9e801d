import type {BuildEvent} from '../../index.ts';
import {sanitizeLine} from '../sanitize.ts';
import {cacheDoing, exportText, type PlannedStep, plannedSteps, shortName, waitingText} from './facts.ts';
import {type LineCutter, lineCutter, outputBytes} from './lines.ts';
import {type Packing, packing} from './packing.ts';
import {type Pull, pull} from './pull.ts';
import type {EventOf} from './reporter.ts';
import {type Shipment, shipment} from './shipment.ts';

/** A step that is under way. */
export interface RunningStep {
	readonly step: PlannedStep;
	/** Milliseconds since the build began. */
	readonly begun: number;
	/** The last lines that it printed, as they came. */
	tail: readonly string[];
	readonly cutters: Readonly<Record<'stdout' | 'stderr', LineCutter>>;
	readonly pull: Pull;
	waiting: string | undefined;
}

/** What a build looks like at one moment: all that the live area shows. */
export interface Scene {
	/** Answers with the step that this event ended. */
	event(event: BuildEvent): {readonly step: PlannedStep; readonly tail: readonly string[]} | undefined;
	/** What the image is called: `redis`; `build` without a name. */
	readonly name: string;
	readonly isPlanned: boolean;
	/** What the plan waits for. */
	readonly waiting: string | undefined;
	readonly steps: number;
	readonly done: number;
	readonly running: readonly RunningStep[];
	readonly packing: Pick<Packing, 'layers' | 'text'>;
	/** What is being written or read besides: an output, a cache. */
	readonly moving: string | undefined;
	/** The push that is under way. */
	readonly pushing: Shipment | undefined;
	/** Where the output of steps begins on a row. */
	readonly indent: number;
}

/** So many lines of a failed step are shown. */
export const tailLength = 20;

export function scene(): Scene {
	const steps = new Map<string, PlannedStep>();
	const running = new Map<string, RunningStep>();
	const layers = packing();
	let name = 'build';
	let done = 0;
	let moving: string | undefined;
	let pushing: Shipment | undefined;
	let waiting: string | undefined;

	function finish(event: EventOf<'step.finished'>) {
		const step = steps.get(event.step);
		const ended = running.get(event.step);
		running.delete(event.step);
		if (event.result === 'done' || event.result === 'cached') done += 1;
		return step && {step, tail: ended ? lastLines(ended) : []};
	}

	return {
		event(event) {
			layers.event(event);
			switch (event.type) {
				case 'build.started':
					name = shortName(event.names) ?? name;
					break;
				case 'plan':
					for (const step of plannedSteps(event)) steps.set(step.id, step);
					break;
				case 'step.started': {
					const step = steps.get(event.step);
					if (step) running.set(step.id, runningStep(step, event.t));
					break;
				}
				case 'step.finished':
					return finish(event);
				case 'transfer':
					if (event.step === undefined) pushing?.add(event);
					else advance(running.get(event.step), event);
					break;
				case 'export':
					pushing = event.state === 'started' && event.output === 'registry' ? shipment() : undefined;
					moving = event.state === 'started' ? exportText(event) : undefined;
					break;
				case 'cache':
					moving = event.state === 'started' ? cacheDoing(event) : undefined;
					break;
				case 'step.waiting':
					if (event.step === undefined) waiting = waitingText(event);
					else advance(running.get(event.step), event);
					break;
				default:
					if ('step' in event) advance(running.get(event.step ?? ''), event);
			}
			return undefined;
		},
		get name() {
			return name;
		},
		get isPlanned() {
			return steps.size > 0;
		},
		get waiting() {
			return waiting;
		},
		get steps() {
			return steps.size;
		},
		get done() {
			return done;
		},
		get running() {
			return [...running.values()];
		},
		packing: layers,
		get moving() {
			return moving;
		},
		get pushing() {
			return pushing;
		},
		get indent() {
			return indentOf([...steps.values()]);
		},
	};
}

/** The last lines that a step printed, the open ones included. */
export function lastLines({tail, cutters}: RunningStep): readonly string[] {
	const open = Object.values(cutters).flatMap(cutter => (cutter.open === '' ? [] : [cutter.open]));
	return [...tail, ...open].slice(-tailLength);
}

function runningStep(step: PlannedStep, begun: number): RunningStep {
	const cutters = {stdout: lineCutter(4096), stderr: lineCutter(4096)};
	return {step, begun, tail: [], cutters, pull: pull(), waiting: undefined};
}

function advance(running: RunningStep | undefined, event: BuildEvent): void {
	if (!running) return;
	if (event.type === 'step.output') {
		running.waiting = undefined;
		const lines = running.cutters[event.stream].pushLast(outputBytes(event), tailLength);
		running.tail = [...running.tail, ...lines].slice(-tailLength);
	} else if (event.type === 'transfer') {
		running.waiting = undefined;
		running.pull.add(event);
	} else if (event.type === 'step.waiting') {
		running.waiting = waitingText(event);
	}
}

/** Behind the longest label; where stages have names two more, so that no output stands where an instruction does. */
function indentOf(steps: readonly PlannedStep[]): number {
	const longest = Math.max(0, ...steps.map(({label}) => label.length));
	return longest + (steps.some(({label}) => label.includes(' ')) ? 5 : 3);
}

/** A line of output as a screen shows it. */
export function outputLine(line: string): string {
	return sanitizeLine(line, {colors: false});
}
