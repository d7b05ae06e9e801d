import yargs from 'yargs';
import type {Typed} from './arguments.ts';
import type {Arguments} from './command.ts';
import type {Flag} from './flags.ts';

/**
 * Feeds yargs from the table of flags. Words go in after `--`, or it takes the context `-` for an unknown flag.
 */
export function parseArguments(typed: Typed, argv: readonly string[], flags: readonly Flag[]): Arguments {
	const parsed: Readonly<Record<string, unknown>> = yargs([
		...typed.flags.map(({flag, value}) => `--${flag.name}=${flag.value ? quoted(value) : value}`),
		'--',
		...typed.words,
	])
		.locale('en')
		.help(false)
		.version(false)
		.exitProcess(false)
		.parserConfiguration({
			'greedy-arrays': false,
			'boolean-negation': false,
			'dot-notation': false,
			'parse-numbers': false,
			'parse-positional-numbers': false,
			'camel-case-expansion': false,
		})
		.options(Object.fromEntries(flags.map(flag => [flag.name, {type: flag.value ? 'string' : 'boolean'} as const])))
		.strictOptions()
		.fail((message, error) => {
			throw error ?? new Error(`yargs refuses what was checked before: ${message}`);
		})
		.parseSync();

	const texts = (name: string) => [parsed[name] ?? []].flat().map(String);
	return {
		typed: argv,
		words: (parsed._ as readonly unknown[]).map(String),
		texts,
		text: name => texts(name).at(-1),
		has: name => texts(name).at(-1) === 'true',
	};
}

/** yargs takes away quotes that are round a value, but those that are left by the shell are part of it: `"id=a","src=a,b"`. */
function quoted(value: string): string {
	return `"${value}"`;
}
