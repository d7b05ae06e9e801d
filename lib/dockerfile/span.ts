import type {Location} from '../errors.ts';

/** A part of a statement's text: what it says, and where it stands there. Quotes may make `text` shorter than `width`. */
export interface Span {
	readonly text: string;
	readonly offset: number;
	readonly width: number;
}

/** Where the text of a statement comes from: from `offset` on it is that of `line`, from `column` on. */
export interface Piece {
	readonly offset: number;
	readonly line: number;
	readonly column: number;
}

/** The part of `text` from `start` to `end`. */
export function spanOf(text: string, start: number, end: number): Span {
	return {text: text.slice(start, end), offset: start, width: end - start};
}

/** The part of `span` from `start` to `end`, counted within it. */
export function within(span: Span, start: number, end: number): Span {
	return {text: span.text.slice(start, end), offset: span.offset + start, width: end - start};
}

/** `span` without the blanks around it. */
export function trimmed(span: Span): Span {
	const start = span.text.length - span.text.trimStart().length;
	return within(span, start, Math.max(start, span.text.trimEnd().length));
}

/** The lines and columns of a span. What lies on several lines is marked on its first. */
export function locate(span: Span, pieces: readonly Piece[], file: string): Location {
	const at = indexAt(span.offset, pieces);
	const first = pieces[at] ?? {offset: 0, line: 1, column: 1};
	const last = pieces[indexAt(Math.max(span.offset, span.offset + span.width - 1), pieces)] ?? first;
	const width = Math.min(span.width, (pieces[at + 1]?.offset ?? Number.POSITIVE_INFINITY) - span.offset);
	return {file, start: first.line, end: last.line, column: first.column + span.offset - first.offset, width};
}

/** Of the last piece that begins at `offset` or before: pieces are halved, for there may be as many as words. */
function indexAt(offset: number, pieces: readonly Piece[]): number {
	let low = 0;
	let high = pieces.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((pieces[middle]?.offset ?? 0) <= offset) low = middle + 1;
		else high = middle;
	}
	return low - 1;
}
