import {UsageError} from '../errors.ts';
import type {Arguments} from './command.ts';

/** Exactly the words that a command takes, by what they stand for. */
export function expectWords(args: Arguments, names: readonly string[], usage: string): readonly string[] {
	const missing = names[args.words.length];
	if (missing !== undefined) throw new UsageError('WORDS', `${missing} is missing`, {help: [`as in: ${usage}`]});
	noMoreWords(args, names.length, usage);
	return args.words;
}

export function noMoreWords({words}: Arguments, most: number, usage: string): void {
	if (words.length <= most) return;
	throw new UsageError('WORDS', `nothing is known to do with ${words.slice(most).join(' ')}`, {
		help: [`as in: ${usage}`],
	});
}
