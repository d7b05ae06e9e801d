import {plural} from '../names.ts';
import {formatTime} from '../time.ts';
import {type Block, block} from './block.ts';
import {type PlannedStep, plannedSteps, retryText, waitingText} from './facts.ts';
import {blockPrinter, type PrinterOptions} from './printer.ts';
import type {EventOf, Reporter, ReportOptions} from './reporter.ts';
import {shipmentLines} from './shipment-lines.ts';
import {story} from './story.ts';
import {turns} from './turns.ts';

export interface PlainOptions extends ReportOptions, PrinterOptions {}

/** Lines without motion or width, for pipes, CI and screen readers: each step is one block (UX.md 2.2). */
export function plainReporter(options: PlainOptions): Reporter {
	const {now} = options;
	const printer = blockPrinter(options);
	const whole = story(printer.line, now);
	const pushes = shipmentLines('push', printer.line, now);
	const steps = new Map<string, PlannedStep>();
	const queue = turns(printer, options.readLog);

	function begin(id: string): Block | undefined {
		const step = steps.get(id);
		const begun = step && block(step, now());
		if (begun) queue.add(begun);
		return begun;
	}

	function transfer(event: EventOf<'transfer'>): void {
		const found = event.step === undefined ? undefined : queue.find(event.step);
		if (!found) return;
		found.pull.add(event);
		if (event.state === 'retry') queue.say(found, retryText(event));
		if (found !== queue.open[0] || now() - found.reported < 10_000) return;
		found.reported = now();
		queue.say(found, found.pull.text(event.t));
	}

	function tellPush({state, dest, ms}: EventOf<'export'>): void {
		if (state === 'started') pushes.begin(dest);
		else pushes.end(ms);
	}

	function tellStep(event: EventOf<'step.waiting' | 'step.output' | 'step.finished'>): void {
		if (event.step === undefined) return;
		const found = queue.find(event.step) ?? (event.type === 'step.finished' ? begin(event.step) : undefined);
		if (!found) return;
		if (event.type === 'step.output') queue.output(found, event);
		else if (event.type === 'step.finished') queue.finish(found, event);
		else if (event.for !== 'slot') queue.say(found, waitingText(event));
	}

	return {
		event(event) {
			whole.event(event);
			if (event.type === 'plan') for (const step of plannedSteps(event)) steps.set(step.id, step);
			else if (event.type === 'step.started') begin(event.step);
			else if (event.type === 'transfer' && event.step === undefined) pushes.transfer(event);
			else if (event.type === 'transfer') transfer(event);
			else if (event.type === 'export' && event.output === 'registry') tellPush(event);
			else if (event.type === 'warning' || event.type === 'error') printer.annotate(event.type, event);
			else if (event.type === 'build.finished') for (const line of options.closing(event)) printer.line(line);
			else if (event.type === 'step.waiting' || event.type === 'step.output' || event.type === 'step.finished') {
				tellStep(event);
			}
		},
		tick() {
			whole.tick();
			const [first, ...others] = queue.open;
			if (first?.header === 'none' && now() - first.begun >= 300) printer.open(first, 'fold');
			for (const other of others.filter(({finished, reminded}) => !finished && now() - reminded >= 60_000)) {
				other.reminded = now();
				const facts = [formatTime(now() - other.begun), plural(other.lines, 'line')];
				printer.line(`[${other.step.label}] still running, ${facts.join(', ')}`);
			}
		},
		stopping: () => printer.line('stopping (Ctrl-C again to kill)'),
		end() {},
	};
}
