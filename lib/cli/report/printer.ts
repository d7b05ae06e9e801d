import {sanitizeLine} from '../sanitize.ts';
import type {Block} from './block.ts';
import type {EventOf} from './reporter.ts';

export interface PrinterOptions {
	readonly write: (text: string) => void;
	/** Whether colours of a step's output pass. */
	readonly colors: boolean;
	/** Whether GitHub Actions reads along: steps are folded, warnings and errors annotated. */
	readonly github: boolean;
}

type Result = EventOf<'step.finished'>['result'];

/** Prints the lines of steps, one block a step, each line behind the step's label. */
export interface BlockPrinter {
	line(text: string): void;
	/** The first line of a step, if it was not printed yet. `fold` makes it a group where those are known. */
	open(block: Block, as: 'line' | 'fold'): void;
	say(block: Block, text: string): void;
	/** In one write, however many lines there are. */
	sayOutput(block: Block, lines: readonly string[]): void;
	/** Ends the group of a step that goes on below it. */
	unfold(block: Block): void;
	/** The last line: one with the first where nothing was said between. */
	close(block: Block, result: Result, word: string): void;
	annotate(kind: 'error' | 'warning', event: EventOf<'error'> | EventOf<'warning'>): void;
}

export function blockPrinter({write, colors, github}: PrinterOptions): BlockPrinter {
	const line = (text: string) => write(`${text}\n`);

	const open = (block: Block, as: 'line' | 'fold') => {
		if (block.header !== 'none') return;
		block.header = github ? as : 'line';
		line(`${block.header === 'fold' ? '::group::' : ''}[${block.step.label}] ${block.step.text}`);
	};
	const unfold = (block: Block) => {
		if (block.header !== 'fold') return;
		block.header = 'line';
		line('::endgroup::');
	};
	const say = (block: Block, text: string) => {
		open(block, 'fold');
		line(`[${block.step.label}] | ${text}`);
	};
	return {
		line,
		open,
		unfold,
		say,
		sayOutput(block, lines) {
			if (lines.length === 0) return;
			open(block, 'fold');
			// The bar is a safeguard too: no line of a step can begin with a command of the CI.
			const label = `[${block.step.label}] | `;
			write(lines.map(text => `${label}${sanitizeLine(text, {colors})}\n`).join(''));
		},
		close(block, result, word) {
			if (block.header === 'none' && (result === 'cached' || result === 'not-run')) {
				line(`[${block.step.label}] ${word} ${block.step.text}`);
				return;
			}
			open(block, 'line');
			unfold(block);
			line(`[${block.step.label}] ${word}`);
		},
		annotate(kind, event) {
			if (github) line(annotation(kind, event));
		},
	};
}

/** The command of GitHub Actions that marks a place. */
export function annotation(
	kind: 'error' | 'warning',
	{message, location}: Pick<EventOf<'warning'>, 'message' | 'location'>,
): string {
	const place = location ? ` file=${property(location.file)},line=${location.start}` : '';
	return `::${kind}${place}::${data(message)}`;
}

/** https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
function data(text: string): string {
	return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
	return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
