import {DockerfileError} from '../errors.ts';
import type {Span} from './span.ts';
import {locationOf, type Statement, statementLocation} from './statement.ts';

/** What is wrong with an instruction: `span` are the words meant; absent, all of it. */
export interface Fault {
	readonly span?: Span | undefined;
	readonly help?: readonly string[];
	readonly notes?: readonly string[];
	readonly code?: string;
}

/** An error in an instruction, its keyword before the reason. */
export function fault(statement: Statement, reason: string, {span, code = 'BAD_INSTRUCTION', ...facts}: Fault = {}) {
	return new DockerfileError(code, `${statement.keyword.text.toUpperCase()}: ${reason}`, {
		location: span ? locationOf(span, statement) : statementLocation(statement),
		...facts,
	});
}
