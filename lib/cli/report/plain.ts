import {plural} from '../names.ts';
import {formatTime} from '../time.ts';
import {type Block, block, resultLines, resultWord} from './block.ts';
import {retryText, shortName, waitingText} from './facts.ts';
import {lineCutter, outputBytes} from './lines.ts';
import {blockPrinter, type PrinterOptions} from './printer.ts';
import type {EventOf, Reporter, ReportOptions, WarnedEvent} from './reporter.ts';

export interface PlainOptions extends ReportOptions, PrinterOptions {}

/**
 * Lines without colour, motion or width, for pipes, CI and screen readers. The step that began first prints as it
 * goes; what the others print waits in their logs until it is their turn (UX.md 2.2).
 */
export function plainReporter(options: PlainOptions): Reporter {
	const {now, readLog, closing} = options;
	const printer = blockPrinter(options);
	const story = planStory(printer.line, now);
	const steps = new Map<string, EventOf<'plan'>['steps'][number]>();
	const warnings: WarnedEvent[] = [];
	/** Begun and not told to the end. The first is told as it goes. */
	const open: Block[] = [];

	const find = (step: string) => open.find(({step: {id}}) => id === step);

	function start(id: string): Block | undefined {
		const step = steps.get(id);
		const made = step && block(step, now());
		if (made) open.push(made);
		return made;
	}

	function tell(found: Block, text: string): void {
		if (found === open[0]) printer.say(found, text);
		else found.kept.push(text);
	}

	function output(event: EventOf<'step.output'>): void {
		const found = find(event.step);
		if (!found) return;
		const data = outputBytes(event);
		found.bytes += data.byteLength;
		const lines = found === open[0] ? found.cutters[event.stream].push(data) : [];
		found.lines += found === open[0] ? lines.length : countBreaks(data);
		for (const line of lines) printer.sayOutput(found, line);
	}

	function transfer(event: EventOf<'transfer'>): void {
		const found = find(event.step);
		found?.pull.add(event);
		if (found && event.state === 'retry') tell(found, retryText(event));
		if (found !== open[0] || !found || now() - found.reported < 10_000) return;
		found.reported = now();
		printer.say(found, found.pull.text(event.t));
	}

	function finish(event: EventOf<'step.finished'>): void {
		const found = find(event.step) ?? start(event.step);
		if (!found) return;
		found.finished = event;
		if (event.result === 'failed' || event.result === 'stopped') breakOff(found);
		drain();
	}

	/** Tells what waited, in the order in which the steps began. */
	function drain(): void {
		for (let first = open[0]; first?.finished; first = open[0]) {
			end(first, first.finished);
			open.shift();
			if (open[0]) catchUp(open[0], 0);
		}
	}

	/** Tells a failed or stopped step at once, whoever's turn it is; of a stopped one that waited the last lines. */
	function breakOff(found: Block): void {
		if (!found.finished) return;
		if (found !== open[0]) {
			if (open[0]) printer.unfold(open[0]);
			if (found.finished.result === 'failed') printer.open(found, 'line');
			catchUp(found, found.finished.result === 'failed' ? 0 : tailStart(found));
		} else if (found.header === 'fold' && found.finished.result === 'failed') {
			flush(found);
			printer.unfold(found);
			catchUp(found, tailStart(found));
		}
		end(found, found.finished);
		const wasFirst = found === open[0];
		open.splice(open.indexOf(found), 1);
		if (wasFirst && open[0]) catchUp(open[0], 0);
	}

	function end(found: Block, finished: EventOf<'step.finished'>): void {
		flush(found);
		if (found.header === 'none' && (finished.result === 'cached' || finished.result === 'not-run')) {
			printer.line(`[${found.step.label}] ${resultWord(finished)} ${found.step.text}`);
			return;
		}
		for (const text of resultLines(found.step, finished)) printer.say(found, text);
		printer.close(found, resultWord(finished));
	}

	function flush(found: Block): void {
		for (const cutter of Object.values(found.cutters)) {
			for (const line of cutter.flush()) printer.sayOutput(found, line);
		}
	}

	/** Tells what lies in the log of a step whose turn has come. */
	function catchUp(found: Block, start: number): void {
		for (const text of found.kept.splice(0)) printer.say(found, text);
		const cutter = found.finished ? lineCutter() : found.cutters.stdout;
		for (let at = start; at < found.bytes; ) {
			const data = readLog(found.step.id, at, Math.min(65_536, found.bytes - at));
			if (data.byteLength === 0) break;
			at += data.byteLength;
			for (const line of cutter.push(data)) printer.sayOutput(found, line);
		}
		if (found.finished) for (const line of cutter.flush()) printer.sayOutput(found, line);
	}

	/** Where the last 20 lines of a log begin. */
	function tailStart({step, bytes}: Block): number {
		const from = Math.max(0, bytes - 65_536);
		const data = Buffer.from(readLog(step.id, from, bytes - from));
		let at = data.at(-1) === 10 ? data.length - 1 : data.length;
		for (let count = 0; count < 20 && at > 0; count += 1) at = data.lastIndexOf(10, at - 1);
		return from + at + 1;
	}

	return {
		event(event) {
			story.event(event);
			switch (event.type) {
				case 'plan':
					for (const step of event.steps) steps.set(step.id, step);
					break;
				case 'step.started':
					start(event.step);
					break;
				case 'step.waiting': {
					const found = find(event.step);
					if (found && event.for !== 'slot') tell(found, waitingText(event));
					break;
				}
				case 'step.output':
					output(event);
					break;
				case 'transfer':
					transfer(event);
					break;
				case 'step.finished':
					finish(event);
					break;
				case 'warning':
					warnings.push(event);
					printer.annotate('warning', event);
					break;
				case 'error':
					printer.annotate('error', event);
					break;
				case 'build.finished':
					for (const line of closing(event, warnings)) printer.line(line);
					break;
			}
		},
		tick() {
			story.tick();
			const [first, ...others] = open;
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

function countBreaks(data: Uint8Array): number {
	return data.reduce((sum, byte) => (byte === 10 ? sum + 1 : sum), 0);
}

/** What is said of the build as a whole: its first line, and what it waits for where no step runs. */
function planStory(line: (text: string) => void, now: () => number): Pick<Reporter, 'event' | 'tick'> {
	let started: EventOf<'build.started'> | undefined;
	let since = now();
	let waitsFor: string | undefined;

	const expect = (what: string | undefined) => {
		since = now();
		waitsFor = what;
	};
	return {
		event(event) {
			if (event.type === 'build.started') {
				started = event;
				expect(`strata ${event.strata}: reading the Dockerfile and its bases`);
			} else if (event.type === 'plan') {
				const what = [shortName(started?.names ?? []) ?? [], event.file].flat().join(' from ');
				const facts = [`building ${what}`, plural(event.steps.length, 'step'), started?.platforms.join(', ')];
				line(`strata ${started?.strata}: ${facts.join(', ')}`);
				expect(undefined);
			} else if (event.type === 'export' && event.output !== 'store') {
				expect(event.state === 'started' ? `writing ${event.dest}` : undefined);
			} else if (event.type === 'build.finished') {
				expect(undefined);
			}
		},
		tick() {
			if (waitsFor === undefined || now() - since < 1000) return;
			line(waitsFor);
			expect(undefined);
		},
	};
}
