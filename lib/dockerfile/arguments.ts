import {fault} from './fault.ts';
import {jsonStrings} from './json.ts';
import {type Span, within} from './span.ts';
import type {Statement} from './statement.ts';

/** What follows an instruction's flags, read by one of the grammars of SURFACE PAR-2. */
export type CommandText =
	| {readonly form: 'exec'; readonly argv: readonly Span[]}
	| {readonly form: 'shell'; readonly script: Span};

/** A `name=value` of ENV and LABEL; `legacy` for `ENV name rest of line`. */
export interface Pair {
	readonly key: Span;
	readonly value: Span;
	readonly legacy: boolean;
}

/** The grammar of RUN, CMD, ENTRYPOINT and SHELL: a JSON array, or the rest of the line. */
export function commandText(rest: Span, statement: Statement): CommandText {
	const argv = stringsOrNothing(rest, statement);
	return argv ? {form: 'exec', argv} : {form: 'shell', script: rest};
}

/** The grammar of ADD, COPY and VOLUME: a JSON array, or words. */
export function jsonOrWords(rest: Span, statement: Statement): readonly Span[] {
	return stringsOrNothing(rest, statement) ?? blankSeparated(rest);
}

/** The grammar of FROM and EXPOSE: what blanks separate, whatever the quotes. */
export function blankSeparated(rest: Span): readonly Span[] {
	return [...rest.text.matchAll(/[^\t\v\f\r ]+/g)].map(({0: word, index}) => within(rest, index, index + word.length));
}

/** The grammar of ENV and LABEL. A first word without `=` makes all that follows its value. */
export function pairs(rest: Span, statement: Statement): readonly Pair[] {
	const words = quotedWords(rest, statement);
	const [first] = words;
	if (!first || first.text.includes('=')) return words.map(word => splitPair(word, statement));
	const [lead = '', key = ''] = /^([^\t\v\f\r ]+)[\t\v\f\r ]+/.exec(rest.text) ?? [];
	if (key === '') throw fault(statement, `${first.text} has no value`, {span: first, help: [`${first.text}=VALUE`]});
	return [{key: within(rest, 0, key.length), value: within(rest, lead.length, rest.width), legacy: true}];
}

/** Words as a shell sees them: quotes and escapes protect blanks, and stay. */
export function quotedWords(rest: Span, statement: Statement): readonly Span[] {
	const words: Span[] = [];
	const {text} = rest;
	for (let at = 0; at < text.length; ) {
		if (/\s/.test(text[at] ?? '')) at += 1;
		else {
			const {end, dangling} = scanWord(text, at, statement);
			const word = within(rest, at, dangling ? end - 1 : end);
			if (word.text !== '') words.push(word);
			at = end;
		}
	}
	return words;
}

/** Where a word ends, and whether its last character is an escape of nothing, which is dropped. */
function scanWord(text: string, start: number, statement: Statement): {end: number; dangling: boolean} {
	let quote = '';
	let at = start;
	for (; at < text.length; at += 1) {
		const character = text[at] ?? '';
		if (quote === '' && /\s/.test(character)) break;
		if (character === statement.escape && quote !== "'") at += 1;
		else if (character === quote) quote = '';
		else if (quote === '' && (character === '"' || character === "'")) quote = character;
	}
	return {end: Math.min(at, text.length), dangling: at > text.length};
}

function splitPair(word: Span, statement: Statement): Pair {
	const equals = word.text.indexOf('=');
	if (equals < 0) {
		const help = ['quote a value with blanks in it: NAME="a value"'];
		throw fault(statement, `${word.text} is not of the form name=value`, {span: word, help});
	}
	return {key: within(word, 0, equals), value: within(word, equals + 1, word.width), legacy: false};
}

function stringsOrNothing(rest: Span, statement: Statement): readonly Span[] | undefined {
	const strings = jsonStrings(rest);
	if (strings !== 'mixed') return strings;
	throw fault(statement, 'a JSON array here holds strings only', {
		span: rest,
		help: ['put each value in double quotes'],
	});
}
