import {suggest} from '../dockerfile/suggest.ts';
import {UsageError} from '../errors.ts';
import type {Flag} from './flags.ts';

/** What was typed after the command, each flag in one form. */
export interface Typed {
	/** In the order typed; of a switch the value is `true` or `false`. */
	readonly flags: readonly {readonly flag: Flag; readonly value: string}[];
	readonly words: readonly string[];
}

/**
 * Takes the words of a command line apart: `-t x`, `-tx`, `-t=x`, `--tag x` and `--tag=x` are one. What a parser of
 * options lets pass is an error here: an unknown flag, a value that is missing or empty.
 */
export function readArguments(
	argv: readonly string[],
	flags: readonly Flag[],
	{command, flagsFirst = false}: ReadOptions = {},
): Typed {
	const reader = {flags, command, found: [] as {flag: Flag; value: string}[], words: [] as string[]};
	const rest = [...argv];
	for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
		if (word === '--') reader.words.push(...rest.splice(0));
		else if (word.startsWith('--')) readLong(word, rest, reader);
		else if (word.startsWith('-') && word !== '-') readShort(word, rest, reader);
		else reader.words.push(word, ...(flagsFirst ? rest.splice(0) : []));
	}
	return {flags: reader.found, words: reader.words};
}

export interface ReadOptions {
	/** Whose flags they are. */
	readonly command?: string;
	/** What follows the first word is somebody else's, flags or not. */
	readonly flagsFirst?: boolean;
}

interface Reader {
	readonly flags: readonly Flag[];
	readonly command: string | undefined;
	readonly found: {flag: Flag; value: string}[];
	readonly words: string[];
}

function readLong(word: string, rest: string[], reader: Reader): void {
	const [name = '', ...parts] = word.slice(2).split('=');
	const flag = reader.flags.find(flag => flag.name === name);
	if (!flag) throw unknownFlag(`--${name}`, reader);
	const attached = word.includes('=') ? parts.join('=') : undefined;
	reader.found.push({
		flag,
		value: flag.value ? checkedValue(flag, attached ?? take(rest)) : switchValue(flag, attached),
	});
}

/** `-q`, `-qtx`, `-tx`, `-t=x`, `-t x`: the first letter that takes a value takes all that follows. */
function readShort(word: string, rest: string[], reader: Reader): void {
	for (let at = 1; at < word.length; at += 1) {
		const flag = reader.flags.find(flag => flag.short === word[at]);
		if (!flag) throw unknownFlag(word.length === 2 ? word : `-${word[at]} in ${word}`, reader);
		const after = word.slice(at + 1);
		if (flag.value) {
			const attached = after === '' ? take(rest) : after.replace(/^=/, '');
			reader.found.push({flag, value: checkedValue(flag, attached)});
			return;
		}
		reader.found.push({flag, value: 'true'});
	}
}

/** The next word, unless it is a flag: `-` alone is a value. */
function take(rest: string[]): string | undefined {
	return rest[0] === '-' || !rest[0]?.startsWith('-') ? rest.shift() : undefined;
}

function checkedValue(flag: Flag, value: string | undefined): string {
	if (value === undefined || (value === '' && !flag.mayBeEmpty)) {
		const state = value === undefined ? 'needs a value' : 'has an empty value';
		throw new UsageError('FLAG_VALUE', `${nameOf(flag)} ${state}`, {help: [`as in: --${flag.name} ${flag.value}`]});
	}
	if (flag.choices && !flag.choices.includes(value)) {
		throw new UsageError('FLAG_VALUE', `${nameOf(flag)} cannot be ${value}`, {
			help: [`it is one of: ${flag.choices.join(', ')}`],
		});
	}
	return value;
}

/** `--pull=false` is what scripts write. */
function switchValue(flag: Flag, value: string | undefined): string {
	if (value === undefined || value === 'true' || value === '1') return 'true';
	if (value === 'false' || value === '0') return 'false';
	throw new UsageError('FLAG_VALUE', `${nameOf(flag)} takes no value, but has ${value || 'an empty one'}`, {
		help: [`as in: --${flag.name}`],
	});
}

function unknownFlag(word: string, {flags, command}: Reader): UsageError {
	const visible = flags.filter(flag => !flag.ignored);
	const [near] = suggest(
		word.replace(/^--?/, ''),
		visible.map(flag => flag.name),
	);
	const flag = visible.find(flag => flag.name === near);
	return new UsageError('UNKNOWN_FLAG', `unknown flag ${word}`, {
		help: [
			...(flag ? [`did you mean ${nameOf(flag)}?`] : []),
			`all flags: strata ${command === undefined ? '' : `${command} `}--help`,
		],
	});
}

function nameOf({name, short}: Flag): string {
	return short ? `--${name} (-${short})` : `--${name}`;
}
