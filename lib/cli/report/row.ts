import {cellsOf, cutEnd, padEnd} from '../cells.ts';
import type {Style} from '../style.ts';

/** A row of the screen: `mark  id  instruction … detail  time`. */
export interface Row {
	readonly mark: string;
	readonly label: string;
	readonly text: string;
	readonly detail?: string;
	/** The time, or CACHED, FAILED, STOPPED. */
	readonly last: string;
}

/** The last columns of every row. */
const lastWidth = 7;
const gap = '  ';

/** The detail is dropped first when room is short, then the instruction is cut; id and last column never. */
export function rowText({mark, label, text, detail = '', last}: Row, width: number, style: Style): string {
	const lead = `${mark} ${label} `;
	const room = width - cellsOf(lead) - Math.max(lastWidth, last.length) - gap.length;
	const right = detail !== '' && cellsOf(text) + gap.length + cellsOf(detail) <= room ? detail : '';
	const middle = padEnd(cutEnd(text, room, style.symbols.ellipsis), room - cellsOf(right)) + right;
	if (room < 1) return cutEnd(`${lead}${last}`, width, style.symbols.ellipsis);
	return `${paintMark(mark, style)} ${style.bold(label)} ${middle}${gap}${paintLast(last, style)}`;
}

/** A line with a time at its end. */
export function timedLine(
	text: string,
	time: string,
	{width, style}: {readonly width: number; readonly style: Style},
): string {
	const room = width - Math.max(lastWidth, time.length) - gap.length;
	if (room < 1) return cutEnd(text, width, style.symbols.ellipsis);
	return `${padEnd(cutEnd(text, room, style.symbols.ellipsis), room)}${gap}${style.dim(time.padStart(lastWidth))}`;
}

function paintMark(mark: string, {symbols, green, red}: Style): string {
	if (mark === symbols.done) return green(mark);
	return mark === symbols.failed ? red(mark) : mark;
}

function paintLast(last: string, {dim}: Style): string {
	const padded = last.padStart(lastWidth);
	return last === 'FAILED' || last === 'STOPPED' ? padded : dim(padded);
}
