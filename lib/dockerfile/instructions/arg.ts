import {quotedWords} from '../arguments.ts';
import {fault} from '../fault.ts';
import type {ArgInstruction} from '../instruction.ts';
import {type Span, within} from '../span.ts';
import type {Statement} from '../statement.ts';
import {headerOf, wordOf} from './header.ts';

/** `ARG name[=default] …` */
export function readArg(statement: Statement): ArgInstruction {
	const header = headerOf(statement);
	const words = quotedWords(statement.rest, statement);
	if (words.length === 0) throw fault(statement, 'a name is missing', {help: ['ARG NAME or ARG NAME=DEFAULT']});
	return {...header, name: 'ARG', args: words.map(word => readOne(word, statement))};
}

function readOne(word: Span, statement: Statement) {
	const equals = word.text.indexOf('=');
	if (equals < 0) return {key: wordOf(word, statement)};
	if (equals === 0) throw fault(statement, 'a name is missing before =', {span: word, help: ['ARG NAME=DEFAULT']});
	return {
		key: wordOf(within(word, 0, equals), statement),
		value: wordOf(within(word, equals + 1, word.width), statement),
	};
}
