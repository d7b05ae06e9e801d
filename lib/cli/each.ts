import {StrataError} from '../errors.ts';
import type {Arguments} from './command.ts';
import {printJson, printLines} from './print.ts';
import type {Shell} from './shell.ts';

/** What came of words that something was done for, one after another. */
export interface Each<T> {
	readonly done: readonly T[];
	/** Of those that it could not be done for, as one. */
	readonly error?: StrataError;
}

/** Does something for each word, for those after one that fails too. */
export async function forEachWord<T>(words: readonly string[], action: (word: string) => Promise<T>): Promise<Each<T>> {
	const done: T[] = [];
	const failures: StrataError[] = [];
	for (const word of words) {
		try {
			done.push(await action(word));
		} catch (error) {
			if (!(error instanceof StrataError)) throw error;
			failures.push(error);
		}
	}
	const [first, ...others] = failures;
	return first ? {done, error: together(first, others)} : {done};
}

/** Prints what was done for which names. Throws, after that, what it could not be done for. */
export function tellEach(what: string, {done, error}: Each<string>, args: Arguments, shell: Shell): void {
	const lines = done.map(name => `${what} ${name}`);
	if (args.has('json')) printJson(done, shell);
	else printLines(lines, shell);
	if (error) throw error;
}

/** Several errors as one, which says all that the first of them says. */
function together(first: StrataError, others: readonly StrataError[]): StrataError {
	return others.length === 0
		? first
		: Object.assign(first, {notes: [...first.notes, ...others.map(other => other.message)]});
}
