import {DockerfileError} from '../errors.ts';
import {expandWord} from './expand.ts';
import type {Cursor, Statement} from './statement.ts';

/** A heredoc as announced: `3<<-"EOF"`. */
export interface HeredocMark {
	readonly name: string;
	/** No part of the name is quoted, so variables in the body are expanded. */
	readonly expand: boolean;
	/** `<<-`: the tabs at the beginning of its lines do not count. */
	readonly chomp: boolean;
	/** The number before the `<<`; 0 if there is none. */
	readonly descriptor: number;
}

/** A heredoc with its body as written, tabs included. */
export interface HeredocBody extends HeredocMark {
	readonly content: string;
}

/** Reads a word such as `<<EOF`; undefined if it is none. Throws if its quotes are not closed. */
export function parseHeredoc(word: string): HeredocMark | undefined {
	const [, descriptor = '', dash, rest = ''] = /^(\d*)<<(-?)\s*([^<]*)$/.exec(word) ?? [];
	if (rest === '') return undefined;
	const {words} = expandWord(rest, unknown, {keepUnset: true});
	const [name, ...others] = words;
	if (name === undefined || others.length > 0) return undefined;
	const [quoted = ''] = expandWord(rest, unknown, {keepUnset: true, quotes: 'keep'}).words;
	return {
		name,
		expand: countQuotes(name) === countQuotes(quoted),
		chomp: dash === '-',
		descriptor: Number(descriptor || 0),
	};
}

/** The heredocs that a line announces. `<< EOF` counts as `<<EOF`; quoted ones are words as others. */
export function heredocsIn(line: string): readonly HeredocMark[] {
	return joinMarks(shellWords(line)).flatMap(word => parseHeredoc(word) ?? []);
}

/** The words of a line, `<< EOF` made one. */
export function joinMarks(words: readonly string[]): readonly string[] {
	const joined: string[] = [];
	for (const word of words) {
		if (/^\d*<<-?$/.test(joined.at(-1) ?? '')) joined.push(`${joined.pop()}${word}`);
		else joined.push(word);
	}
	return joined;
}

/** The body without the tabs that `<<-` ignores. */
export function heredocText({content, chomp}: HeredocBody): string {
	return chomp ? content.replace(/^\t+/gm, '') : content;
}

/** Takes the bodies that a statement announces from the lines after it. */
export function readHeredocs(
	statement: Statement,
	cursor: Cursor,
): {readonly heredocs: readonly HeredocBody[]; readonly failure?: DockerfileError} {
	const heredocs: HeredocBody[] = [];
	try {
		for (const mark of heredocsIn(statement.text)) {
			const content = readBody(mark, cursor);
			if (content === undefined) throw unterminated(mark, statement);
			heredocs.push({...mark, content});
		}
	} catch (error) {
		if (error instanceof DockerfileError) return {heredocs, failure: error};
		throw error;
	}
	return {heredocs};
}

/** The lines up to the name; undefined if the name never comes. */
function readBody({name, chomp}: HeredocMark, cursor: Cursor): string | undefined {
	let content = '';
	for (; cursor.next < cursor.lines.length; cursor.next += 1) {
		const {text = '', raw = ''} = cursor.lines[cursor.next] ?? {};
		if ((chomp ? text.replace(/^\t+/, '') : text) === name) {
			cursor.next += 1;
			return content;
		}
		content += raw;
	}
	return undefined;
}

function shellWords(line: string): readonly string[] {
	try {
		return expandWord(line, unknown, {keepUnset: true, quotes: 'keep', keepEscapes: true}).words;
	} catch {
		// a line of shell that is no Dockerfile word, such as one with an odd quote: it announces nothing
		return [];
	}
}

function unknown(): undefined {
	return undefined;
}

function countQuotes(text: string): number {
	return text.replace(/[^'"]/g, '').length;
}

function unterminated({name}: HeredocMark, {file, start, keyword}: Statement): DockerfileError {
	return new DockerfileError('BAD_HEREDOC', `${keyword.text.toUpperCase()}: the heredoc <<${name} has no end`, {
		location: {file, start, end: start},
		help: [`end it with a line that says nothing but:  ${name}`],
	});
}
