import type {ExcerptLine, Location} from '../errors.ts';
import {sanitizeLine} from './sanitize.ts';

/** How much of a line is shown: more is cut around the mark. */
const widest = 160;

/**
 * The lines of a text that an error means, `>>>` before them and `^` under the words. At most five are shown.
 */
export function excerptLines(excerpt: readonly ExcerptLine[], location: Location | undefined): readonly string[] {
	return around(excerpt).flatMap(line => {
		const {text, start} = window(line.text, line.number === location?.start ? location : undefined);
		const row = `${String(line.number).padStart(4)} | ${line.marked ? '>>>' : '   '} ${clean(text)}`.trimEnd();
		const mark = line.number === location?.start ? marker(text, location, start) : undefined;
		return mark === undefined ? [row] : [row, mark];
	});
}

/** ` --> Dockerfile:2:1`; no column where the whole line is meant. */
export function placeLine({file, start, column}: Location): string {
	return ` --> ${[file, start, ...(column === undefined ? [] : [column])].join(':')}`;
}

/** Five lines, the first marked one among them. */
function around(excerpt: readonly ExcerptLine[]): readonly ExcerptLine[] {
	const first = Math.max(
		0,
		excerpt.findIndex(line => line.marked),
	);
	const start = Math.max(0, Math.min(first - 1, excerpt.length - 5));
	return excerpt.slice(start, start + 5);
}

function window(line: string, location: Location | undefined): {readonly text: string; readonly start: number} {
	if (line.length <= widest) return {text: line, start: 0};
	const mark = (location?.column ?? 1) - 1;
	const start = Math.max(0, Math.min(mark - widest / 4, line.length - widest));
	return {text: line.slice(start, start + widest), start};
}

function marker(text: string, {column, width = 1}: Location, start: number): string | undefined {
	if (column === undefined) return undefined;
	const from = column - 1 - start;
	const before = cells(text.slice(0, from));
	const under = Math.max(1, cells(text.slice(from, from + Math.max(1, width))));
	return `${' '.repeat(11 + before)}${'^'.repeat(under)}`;
}

/** A tab is one blank, so that the marks stay below what they mean. */
function clean(text: string): string {
	return sanitizeLine(text.replaceAll('\t', ' '), {colors: false});
}

/** Cells of a clean text, without loading the tables of Unicode for what is nearly always ASCII. */
function cells(text: string): number {
	return [...clean(text)].reduce((sum, character) => sum + (isWide(character) ? 2 : 1), 0);
}

/** East Asian and pictographic characters. */
function isWide(character: string): boolean {
	return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uFF01-\uFF60]/u.test(
		character,
	);
}
