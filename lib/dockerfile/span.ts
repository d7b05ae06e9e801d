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
	const first = pieceAt(span.offset, pieces);
	const last = pieceAt(Math.max(span.offset, span.offset + span.width - 1), pieces);
	const next = pieces[pieces.indexOf(first) + 1];
	const width = Math.min(span.width, (next?.offset ?? Number.POSITIVE_INFINITY) - span.offset);
	return {file, start: first.line, end: last.line, column: first.column + span.offset - first.offset, width};
}

function pieceAt(offset: number, pieces: readonly Piece[]): Piece {
	return pieces.findLast(piece => piece.offset <= offset) ?? {offset: 0, line: 1, column: 1};
}
