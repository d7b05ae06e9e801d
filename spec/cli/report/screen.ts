import type {BuildEvent} from '../../../lib/build/events.ts';
import {closing} from '../../../lib/cli/report/closing.ts';
import type {Screen} from '../../../lib/cli/report/screen.ts';
import {ttyReporter} from '../../../lib/cli/report/tty.ts';
import type {Style} from '../../../lib/cli/style.ts';
import {home, plainStyle, root} from '../events.ts';

export interface ShowOptions {
	readonly columns?: number;
	readonly rows?: number;
	readonly style?: Style;
	readonly logLines?: number;
	/** The clock when the frame is drawn, in milliseconds since the build began. */
	readonly t?: number;
	readonly tools?: readonly string[];
	readonly stopping?: boolean;
}

/** What a terminal shows after these events: the rows that stay, and the live area, its spinner as `⠹`. */
export function show(events: readonly BuildEvent[], options: ShowOptions = {}): string {
	const {columns = 80, rows = 24, style = plainStyle, logLines = 4, t = 0, tools = ['podman'], stopping} = options;
	const kept: string[] = [];
	let area: readonly string[] = [];
	let clock = 0;
	const screen: Screen = {
		columns,
		rows,
		print: lines => void kept.push(...lines),
		draw: lines => {
			area = lines;
		},
		end: () => {
			area = [];
		},
	};
	const closes = closing({root, tools, loadCommand: [], checkCommand: []}, {err: style, home});
	const reporter = ttyReporter(screen, {now: () => clock, closing: closes.lines, style, logLines});
	for (const event of events) {
		void closes.event(event);
		reporter.event(event);
	}
	clock = t;
	if (stopping) reporter.stopping();
	reporter.tick();
	return [...kept, ...area.map((line, index) => (index === 0 ? `⠹ ${line}` : line))].join('\n');
}

/** A block of text as it stands in a specification: without its first line break and its last. */
export function block(text: string): string {
	return text.replace(/^\n/, '').replace(/\n$/, '');
}
