import {type Block, resultLines, resultWord} from './block.ts';
import {outputBytes} from './lines.ts';
import type {BlockPrinter} from './printer.ts';
import type {EventOf, ReportOptions} from './reporter.ts';

/**
 * Whose turn it is to print: the step that began first tells as it goes; what the others print waits in their logs,
 * and follows in one piece (UX.md 2.2). Once a step broke off, nobody's turn comes any more: whoever ends tells the
 * last it printed.
 */
export interface Turns {
	add(block: Block): void;
	find(step: string): Block | undefined;
	/** Begun and not told to the end; it is the first one's turn. */
	readonly open: readonly Block[];
	/** Tells a fact, or keeps it until it is the step's turn. */
	say(block: Block, text: string): void;
	output(block: Block, event: EventOf<'step.output'>): void;
	finish(block: Block, event: EventOf<'step.finished'>): void;
}

export function turns(printer: BlockPrinter, readLog: ReportOptions['readLog']): Turns {
	const open: Block[] = [];
	let broken = false;

	const hasTurn = (block: Block) => block === open[0] && block.told === block.bytes;

	function sayBytes(block: Block, stream: 'stdout' | 'stderr', data: Uint8Array): void {
		block.told += data.byteLength;
		printer.sayOutput(block, block.cutters[stream].push(data));
	}

	function catchUp(block: Block): void {
		for (const text of block.kept.splice(0)) printer.say(block, text);
		while (block.told < block.bytes) {
			const data = readLog(block.step.id, block.told, Math.min(65_536, block.bytes - block.told));
			if (data.byteLength === 0) return;
			sayBytes(block, 'stdout', data);
		}
	}

	function end(block: Block, finished: EventOf<'step.finished'>): void {
		open.splice(open.indexOf(block), 1);
		if (finished.result === 'stopped' && block.told < block.bytes) block.told = tailStart(block, readLog);
		catchUp(block);
		flush(block, printer);
		if (block.header === 'fold' && finished.result === 'failed') repeatUnfolded(block);
		for (const text of resultLines(block.step, finished)) printer.say(block, text);
		printer.close(block, finished.result, resultWord(finished));
	}

	/** What failed is to be seen without a click. */
	function repeatUnfolded(block: Block): void {
		printer.unfold(block);
		block.told = tailStart(block, readLog);
		catchUp(block);
		flush(block, printer);
	}

	return {
		open,
		add: block => void open.push(block),
		find: step => open.find(({step: {id}}) => id === step),
		say(block, text) {
			if (hasTurn(block)) printer.say(block, text);
			else block.kept.push(text);
		},
		output(block, event) {
			const data = outputBytes(event);
			const now = hasTurn(block);
			block.bytes += data.byteLength;
			block.lines += countBreaks(data);
			if (now) sayBytes(block, event.stream, data);
		},
		finish(block, event) {
			block.finished = event;
			if (event.result === 'failed' || event.result === 'stopped') {
				broken = true;
				if (open[0] && open[0] !== block) printer.unfold(open[0]);
				if (open[0] !== block && event.result === 'failed') printer.open(block, 'line');
				end(block, event);
			}
			for (let first = open[0]; first?.finished; first = open[0]) end(first, first.finished);
			if (open[0] && !broken) catchUp(open[0]);
		},
	};
}

function flush(block: Block, printer: BlockPrinter): void {
	for (const cutter of Object.values(block.cutters)) printer.sayOutput(block, cutter.flush());
}

function countBreaks(data: Uint8Array): number {
	let count = 0;
	for (let at = data.indexOf(10); at !== -1; at = data.indexOf(10, at + 1)) count += 1;
	return count;
}

const tailLength = 20;

/** Where the last lines of a log begin. */
function tailStart({step, bytes}: Block, readLog: ReportOptions['readLog']): number {
	const from = Math.max(0, bytes - 65_536);
	const data = Buffer.from(readLog(step.id, from, bytes - from));
	let at = data.at(-1) === 10 ? data.length - 1 : data.length;
	for (let count = 0; count < tailLength && at >= 0; count += 1) at = at === 0 ? -1 : data.lastIndexOf(10, at - 1);
	return from + at + 1;
}
