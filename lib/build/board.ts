import type {Step} from '../plan/plan.ts';
import type {EventStream} from './event-stream.ts';
import type {StepFinished} from './events.ts';

export type StepResultKind = StepFinished['result'];

/** What a row says beside the instruction. */
export type StepDetail = Pick<StepFinished, 'layers' | 'files' | 'bytes' | 'resolved' | 'emulated' | 'exitCode'>;

/** How one step ended: a part of the build's result. */
export interface StepResult {
	readonly id: string;
	readonly label: string;
	readonly result: StepResultKind;
	/** Milliseconds. */
	readonly ms: number;
}

/** Keeps the books of the steps: whatever starts is also finished, whatever was not reached is said so, each once. */
export interface Board {
	start(step: Step): void;
	finish(step: Step, result: 'done' | 'cached' | 'failed', detail?: StepDetail): void;
	/** The first step that was begun and has not ended. */
	running(): string | undefined;
	/** Ends what is still open: begun steps as stopped, the others as not run. */
	close(): void;
	results(): readonly StepResult[];
}

export function board(steps: readonly Step[], events: EventStream): Board {
	const started = new Map<string, number>();
	const finished = new Map<string, StepResult>();

	const end = ({id, label}: Step, result: StepResultKind, detail: StepDetail = {}) => {
		if (finished.has(id)) return;
		const now = events.elapsed();
		const ms = result === 'cached' ? 0 : now - (started.get(id) ?? now);
		finished.set(id, {id, label, result, ms});
		events.emit({type: 'step.finished', step: id, result, ms, ...detail});
	};

	return {
		start(step) {
			if (started.has(step.id)) return;
			started.set(step.id, events.elapsed());
			events.emit({type: 'step.started', step: step.id});
		},
		finish: end,
		running: () => steps.find(({id}) => started.has(id) && !finished.has(id))?.id,
		close() {
			const open = steps.filter(step => !finished.has(step.id));
			for (const step of open) end(step, started.has(step.id) ? 'stopped' : 'not-run');
		},
		results: () => steps.flatMap(step => finished.get(step.id) ?? []),
	};
}
