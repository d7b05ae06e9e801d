import {UsageError} from '../errors.ts';

/** Both sides of the first separator; the second is empty where there is none. */
export function splitPair(text: string, separator: string): readonly [string, string] {
	const at = text.indexOf(separator);
	return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** The error for a value that a flag does not take, with one that it does. `flag` may name its short form too: `--env (-e)`. */
export function badValue(flag: string, value: string, example: string): UsageError {
	return new UsageError('FLAG_VALUE', `${flag} cannot be ${value}`, {
		help: [`as in: ${flag.replace(/ .*/, '')} ${example}`],
	});
}
