import {blankSeparated, commandText, jsonOrWords, pairs, quotedWords} from '../../lib/dockerfile/arguments.ts';
import {type Span, trimmed, within} from '../../lib/dockerfile/span.ts';
import {innerStatement, type Statement} from '../../lib/dockerfile/statement.ts';

/** Statements as BuildKit dumps its syntax tree: one s-expression a line. */
export function dump(statements: readonly Statement[]): string {
	return statements.map(statement => `(${dumpOne(statement)})\n`).join('');
}

function dumpOne(statement: Statement): string {
	const name = statement.keyword.text.toLowerCase();
	const flags = statement.flags.map(({text}) => quote(text));
	return [name, ...(flags.length > 0 ? [`[${flags.join(' ')}]`] : []), ...argumentsOf(name, statement)].join(' ');
}

function argumentsOf(name: string, statement: Statement): readonly string[] {
	const {rest} = statement;
	switch (name) {
		case 'add':
		case 'copy':
		case 'volume':
			return quoted(jsonOrWords(rest, statement));
		case 'from':
		case 'expose':
			return quoted(blankSeparated(rest));
		case 'arg':
			return quoted(quotedWords(rest, statement));
		case 'env':
		case 'label':
			return pairs(rest, statement).flatMap(({key, value, legacy}) => [
				quote(key.text),
				quote(value.text),
				quote(legacy ? '' : '='),
			]);
		case 'healthcheck':
			return healthcheck(statement);
		case 'onbuild': {
			const inner = innerStatement(statement);
			return inner ? [`(${dumpOne(inner)})`] : [];
		}
		case 'user':
		case 'workdir':
		case 'stopsignal':
		case 'maintainer':
			return whole(rest);
		default:
			return command(rest, statement);
	}
}

function healthcheck(statement: Statement): readonly string[] {
	const {rest} = statement;
	const length = /\s/.exec(rest.text)?.index ?? rest.text.length;
	if (length === 0) return [];
	return [quote(rest.text.slice(0, length)), ...command(trimmed(within(rest, length, rest.width)), statement)];
}

function command(rest: Span, statement: Statement): readonly string[] {
	const read = commandText(rest, statement);
	return read.form === 'exec' ? quoted(read.argv) : whole(read.script);
}

function whole(rest: Span): readonly string[] {
	return rest.text === '' ? [] : [quote(rest.text)];
}

function quoted(spans: readonly Span[]): readonly string[] {
	return spans.map(({text}) => quote(text));
}

/** As Go's strconv.Quote, for what these files hold. */
function quote(text: string): string {
	return JSON.stringify(text);
}
