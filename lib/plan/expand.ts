import type {Escape} from '../dockerfile/directives.ts';
import {type ExpandOptions, type Expansion, expandWord, type Lookup} from '../dockerfile/expand.ts';
import {DockerfileError, type Location} from '../errors.ts';

/** Expands words of one instruction: an error names the instruction and marks the word. */
export interface Expander {
	/** The word with its variables' values, quotes removed. */
	(text: string, location?: Location): string;
	/** The words it falls into. */
	words(text: string, location?: Location): readonly string[];
	/** The body of a heredoc: quotes in it are characters as others (SURFACE PAR-13). */
	body(text: string): string;
}

/** What an instruction's words are expanded with. */
export interface ExpanderOf {
	readonly instruction: {readonly name: string; readonly location: Location};
	readonly lookup: Lookup;
	readonly escape: Escape;
}

export function expander({instruction, lookup, escape: sign}: ExpanderOf): Expander {
	const run = (text: string, location: Location, options: ExpandOptions): Expansion =>
		located(instruction.name, location, () => expandWord(text, lookup, options));
	const expand = (text: string, location = instruction.location) => run(text, location, {escape: sign}).value;
	return Object.assign(expand, {
		words: (text: string, location = instruction.location) => run(text, location, {escape: sign}).words,
		body: (text: string) => run(text, instruction.location, {quotes: 'ignore'}).value,
	});
}

/** Gives an error about a word its place. */
export function located<T>(name: string, location: Location, work: () => T): T {
	try {
		return work();
	} catch (error) {
		if (!(error instanceof DockerfileError) || error.location) throw error;
		const {code, message, notes, help} = error;
		throw new DockerfileError(code, `${name}: ${message}`, {location, notes, help, cause: error});
	}
}
