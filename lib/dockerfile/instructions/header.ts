import {checkFlags, type FlagType, flagOf} from '../flags.ts';
import type {InstructionCommon, Word} from '../instruction.ts';
import type {Span} from '../span.ts';
import {locationOf, type Statement, statementLocation} from '../statement.ts';

/** What every instruction has. Throws if its flags are not those of `declared`. */
export function headerOf(statement: Statement, declared: Readonly<Record<string, FlagType>> = {}): InstructionCommon {
	const {keyword, text, heredocs, comments, emptyLines} = statement;
	const flags = statement.flags.map(span => flagOf(span, locationOf(span, statement)));
	checkFlags(flags, declared, keyword.text.toUpperCase());
	return {
		keyword: wordOf(keyword, statement),
		location: statementLocation(statement),
		text: text.slice(keyword.offset).trim(),
		flags,
		heredocs,
		comments,
		emptyLines,
	};
}

/** A span as a word that knows its place in the file. */
export function wordOf(span: Span, statement: Statement): Word {
	return {text: span.text, location: locationOf(span, statement)};
}
