import {type Block, block, resultWord} from './block.ts';
import {type PlannedStep, plannedSteps} from './facts.ts';
import {outputBytes} from './lines.ts';
import {blockPrinter, type PrinterOptions} from './printer.ts';
import type {EventOf, Reporter} from './reporter.ts';

const tailLength = 20;

/** Says nothing, unless a step fails: then what it printed last. */
export function quietReporter(options: PrinterOptions): Reporter {
	const printer = blockPrinter({...options, github: false});
	const open = new Map<string, {readonly block: Block; tail: readonly string[]}>();
	const steps = new Map<string, PlannedStep>();
	return {
		event(event) {
			if (event.type === 'plan') for (const step of plannedSteps(event)) steps.set(step.id, step);
			const step = 'step' in event ? steps.get(event.step ?? '') : undefined;
			if (!step) return;
			const kept = open.get(step.id) ?? {block: block(step, 0), tail: []};
			open.set(step.id, kept);
			if (event.type === 'step.output') {
				const lines = kept.block.cutters[event.stream].pushLast(outputBytes(event), tailLength);
				kept.tail = [...kept.tail, ...lines].slice(-tailLength);
			} else if (event.type === 'step.finished') {
				open.delete(step.id);
				if (event.result === 'failed') tellFailure(kept.block, kept.tail, event);
			}
		},
		tick() {},
		stopping() {},
		end() {},
	};

	function tellFailure(failed: Block, tail: readonly string[], event: EventOf<'step.finished'>): void {
		const rest = Object.values(failed.cutters).flatMap(cutter => cutter.flush());
		printer.open(failed, 'line');
		printer.sayOutput(failed, [...tail, ...rest].slice(-tailLength));
		printer.close(failed, event.result, resultWord(event));
	}
}
