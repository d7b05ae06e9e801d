import {cutEnd} from '../cells.ts';
import {plural} from '../names.ts';
import type {Style} from '../style.ts';
import {formatTime} from '../time.ts';
import {cacheDetail, cacheName, detailOf, type PlannedStep} from './facts.ts';
import {frameLines} from './frame.ts';
import type {EventOf, Reporter, ReportOptions} from './reporter.ts';
import {rowText} from './row.ts';
import {outputLine, scene} from './scene.ts';
import type {Screen} from './screen.ts';
import type {Shipment} from './shipment.ts';

export interface TtyOptions extends Pick<ReportOptions, 'now' | 'closing'> {
	readonly style: Style;
	/** How many lines of output a step that runs alone may show. */
	readonly logLines: number;
}

type Finished = EventOf<'step.finished'>;

const widest = 120;

/** What is finished is a row that stays; what runs is drawn below it, in at most twelve rows (UX.md 2.1 to 2.9). */
export function ttyReporter(screen: Screen, {now, closing, style, logLines}: TtyOptions): Reporter {
	const stage = scene();
	/** When the build began, on our clock. */
	let start = now();
	let notRun = 0;
	let stopping = false;
	let ended = false;

	const width = () => Math.max(1, Math.min(screen.columns - 1, widest));
	const draw = () => {
		if (ended) return;
		const options = {width: width(), height: screen.rows, t: now() - start, logLines, stopping, style};
		screen.draw(frameLines(stage, options));
	};
	const end = () => {
		if (!ended) screen.end();
		ended = true;
	};

	return {
		event(event) {
			const pushed = event.type === 'export' && event.output === 'registry' ? stage.pushing : undefined;
			const over = stage.event(event);
			if (event.type === 'build.started') start = now() - event.t;
			if (event.type === 'build.started' || event.type === 'plan') draw();
			if (pushed && event.type === 'export') screen.print([pushedRow(event, pushed, {width: width(), style})]);
			if (event.type === 'step.finished' && event.result === 'not-run') notRun += 1;
			else if (event.type === 'step.finished' && over) {
				const tail =
					event.result === 'failed' ? tailLines(over.tail, {indent: stage.indent, width: width(), style}) : [];
				screen.print([finishedRow(over.step, event, {width: width(), style}), ...tail]);
			} else if (event.type === 'cache' && (event.state === 'done' || event.state === 'absent')) {
				screen.print([cacheRow(event, {width: width(), style})]);
			} else if (event.type === 'build.finished') {
				end();
				screen.print(endLines(event, {closing, notRun}));
			}
		},
		tick: draw,
		stopping() {
			stopping = true;
			draw();
		},
		end,
	};
}

/** What stands below the last row. An error comes below an empty line. */
function endLines(
	event: EventOf<'build.finished'>,
	{closing, notRun}: Pick<ReportOptions, 'closing'> & {readonly notRun: number},
): readonly string[] {
	const lines = closing(event);
	if (event.result === 'done') return ['', ...lines];
	if (event.result === 'stopped') return lines.length > 1 ? ['', ...lines] : lines;
	const skipped = notRun > 0 ? [`  ${plural(notRun, 'step')} not run`] : [];
	return event.steps > 0 ? [...skipped, '', ...lines] : lines;
}

interface Look {
	readonly width: number;
	readonly style: Style;
}

function finishedRow({label, text}: PlannedStep, finished: Finished, {width, style}: Look): string {
	const {symbols} = style;
	switch (finished.result) {
		case 'cached':
			return rowText({mark: symbols.done, label, text, last: 'CACHED'}, width, style);
		case 'failed':
			return rowText({mark: symbols.failed, label, text, last: 'FAILED'}, width, style);
		case 'stopped':
			return rowText({mark: symbols.stopped, label, text, last: 'STOPPED'}, width, style);
		default: {
			const row = {mark: symbols.done, label, text, detail: detailOf(finished), last: formatTime(finished.ms)};
			return rowText(row, width, style);
		}
	}
}

function pushedRow({dest, ms}: EventOf<'export'>, {detail}: Shipment, {width, style}: Look): string {
	return rowText({mark: style.symbols.done, label: 'push', text: dest, detail, last: formatTime(ms)}, width, style);
}

/** A cache that was read or written, or that is not there. */
function cacheRow(event: EventOf<'cache'>, {width, style}: Look): string {
	const row = {label: 'cache', text: cacheName(event), detail: cacheDetail(event), last: formatTime(event.ms)};
	return rowText({mark: style.symbols.done, ...row}, width, style);
}

function tailLines(
	tail: readonly string[],
	{indent, width, style}: Look & {readonly indent: number},
): readonly string[] {
	return tail.map(line => cutEnd(`${' '.repeat(indent)}${outputLine(line)}`, width, style.symbols.ellipsis));
}
