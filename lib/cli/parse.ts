import {Parser} from 'yargs/helpers';
import type {Typed} from './arguments.ts';
import type {Arguments} from './command.ts';
import type {Flag} from './flags.ts';

/**
 * Feeds the parser of yargs from the table of flags. Words go in after `--`, or it takes the context `-` for an unknown flag.
 */
export function parseArguments(typed: Typed, argv: readonly string[], flags: readonly Flag[]): Arguments {
	const namesOf = (isText: boolean) =>
		flags.filter(({value}) => (value !== undefined) === isText).map(({name}) => name);
	const words = [...typed.flags.map(({flag, value}) => `--${flag.name}=${flag.value ? quoted(value) : value}`), '--'];
	const parsed: Readonly<Record<string, unknown>> = Parser([...words, ...typed.words], {
		string: namesOf(true),
		boolean: namesOf(false),
		configuration: {
			'boolean-negation': false,
			'dot-notation': false,
			'parse-numbers': false,
			'parse-positional-numbers': false,
			'camel-case-expansion': false,
		},
	});

	const texts = (name: string) => [parsed[name] ?? []].flat().map(String);
	return {
		typed: argv,
		words: (parsed._ as readonly unknown[]).map(String),
		texts,
		text: name => texts(name).at(-1),
		has: name => texts(name).at(-1) === 'true',
	};
}

/** The parser takes away quotes that are round a value, but those that are left by the shell are part of it: `"id=a","src=a,b"`. */
function quoted(value: string): string {
	return `"${value}"`;
}
