import type {DockerfileError, Location} from '../errors.ts';
import type {Escape} from './directives.ts';
import {splitFlags} from './flags.ts';
import {type HeredocBody, readHeredocs} from './heredoc.ts';
import {isJsonArray} from './json.ts';
import {type Line, withoutEnd} from './lines.ts';
import {locate, type Piece, type Span, spanOf, trimmed, within} from './span.ts';

/** One instruction as text: continuation lines joined, comments among them dropped, flags apart. */
export interface Statement {
	readonly file: string;
	readonly escape: Escape;
	/** All of it but the bodies of heredocs. */
	readonly text: string;
	readonly pieces: readonly Piece[];
	/** As written. */
	readonly keyword: Span;
	readonly flags: readonly Span[];
	/** What follows the flags, without the blanks around it. */
	readonly rest: Span;
	readonly heredocs: readonly HeredocBody[];
	/** The comments right above it, without `#` and blanks. */
	readonly comments: readonly Comment[];
	/** Lines among its own that are empty, which Docker deprecates. */
	readonly emptyLines: readonly number[];
	readonly start: number;
	readonly end: number;
}

export interface Comment {
	readonly text: string;
	readonly line: number;
}

/** What can be read of a text; `failure` is what made the reading stop. */
export interface Reading {
	readonly statements: readonly Statement[];
	readonly failure?: DockerfileError;
}

/** Where the reading is, and what it needs to know. */
export interface Cursor {
	readonly lines: readonly Line[];
	readonly file: string;
	readonly escape: Escape;
	/** The line to be read next, from 0. */
	next: number;
}

/** Groups lines to statements. The first `skip` lines are directives. */
export function readStatements(cursor: Cursor, skip: number): Reading {
	const statements: Statement[] = [];
	cursor.next = skip;
	for (;;) {
		const comments = readComments(cursor);
		if (cursor.next >= cursor.lines.length) return {statements};
		const {text, ...origin} = {...joinLines(cursor, comments), file: cursor.file, escape: cursor.escape};
		const statement = splitStatement({...origin, text, heredocs: []}, spanOf(text, 0, text.length));
		if (!statement) continue;
		const {heredocs, failure} = canHoldHeredocs(statement) ? readHeredocs(statement, cursor) : {heredocs: []};
		if (failure) return {statements, failure};
		statements.push({...statement, heredocs, end: cursor.lines[cursor.next - 1]?.number ?? statement.end});
	}
}

/** The statement that an ONBUILD holds; undefined if it holds none. */
export function innerStatement(statement: Statement): Statement | undefined {
	return splitStatement(statement, statement.rest);
}

/** The whole statement, its first to its last line. */
export function statementLocation({file, start, end}: Statement): Location {
	return {file, start, end};
}

/** Where a part of a statement stands. */
export function locationOf(span: Span, {pieces, file}: Statement): Location {
	return locate(span, pieces, file);
}

/** Passes over blank lines and comments; of the comments it answers those right above what follows. */
function readComments(cursor: Cursor): readonly Comment[] {
	let comments: Comment[] = [];
	for (; cursor.next < cursor.lines.length; cursor.next += 1) {
		const {text, number} = cursor.lines[cursor.next] ?? {text: '', number: 0};
		if (!isBlank(text) && !isComment(text)) break;
		const comment = text.trim().slice(1).trim();
		if (comment === '') comments = [];
		else comments.push({text: comment, line: number});
	}
	return comments;
}

type Joined = Pick<Statement, 'text' | 'pieces' | 'comments' | 'emptyLines' | 'start' | 'end'>;

/** Takes a line and those that continue it. Blanks before a continuation line stay (SURFACE PAR-5). */
function joinLines(cursor: Cursor, comments: readonly Comment[]): Joined {
	const pieces: Piece[] = [];
	const emptyLines: number[] = [];
	const first = cursor.lines[cursor.next]?.number ?? 1;
	let text = '';
	for (let continues = true; continues && cursor.next < cursor.lines.length; cursor.next += 1) {
		const line = cursor.lines[cursor.next];
		if (!line || isComment(line.text)) continue;
		if (isBlank(line.text)) {
			emptyLines.push(line.number);
			continue;
		}
		const content = text === '' && pieces.length === 0 ? line.text.trimStart() : line.text;
		const body = withoutContinuation(content, cursor.escape);
		pieces.push({offset: text.length, line: line.number, column: line.text.length - content.length + 1});
		text += body ?? content;
		continues = body !== undefined;
	}
	return {text, pieces, comments, emptyLines, start: first, end: cursor.lines[cursor.next - 1]?.number ?? first};
}

/** The line without the escape that continues it; undefined if none does. One that is itself escaped does not. */
function withoutContinuation(line: string, sign: Escape): string | undefined {
	const body = withoutEnd(line, ' \t');
	if (!body.endsWith(sign) || body.at(-2) === sign) return undefined;
	return body.slice(0, -1);
}

/** Splits off the keyword and the flags of what `source` spans; undefined if those are blanks. */
function splitStatement(origin: Omit<Statement, 'keyword' | 'flags' | 'rest'>, source: Span): Statement | undefined {
	const all = trimmed(source);
	if (all.text === '') return undefined;
	const length = /[\t\v\f\r ]/.exec(all.text)?.index ?? all.text.length;
	const {flags, rest} = splitFlags(within(all, length, all.width));
	return {...origin, keyword: within(all, 0, length), flags, rest: trimmed(rest)};
}

/** Only RUN, COPY and ADD have heredocs, and not in their JSON form (SURFACE PAR-11). */
function canHoldHeredocs(statement: Statement): boolean {
	const {keyword, rest} = (isOnbuild(statement) && innerStatement(statement)) || statement;
	return /^(?:RUN|COPY|ADD)$/i.test(keyword.text) && !isJsonArray(rest.text);
}

function isOnbuild({keyword}: Statement): boolean {
	return keyword.text.toUpperCase() === 'ONBUILD';
}

function isComment(text: string): boolean {
	return text.trimStart().startsWith('#');
}

function isBlank(text: string): boolean {
	return text.trim() === '';
}
