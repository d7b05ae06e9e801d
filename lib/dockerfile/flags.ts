import {DockerfileError, type Location} from '../errors.ts';
import {type Span, within} from './span.ts';
import {suggest} from './suggest.ts';

/** A flag of an instruction, as in `COPY --chown=1000 …`. */
export interface Flag {
	readonly name: string;
	/** What follows the `=`, quotes removed, not expanded; absent where there is no `=`. */
	readonly value?: string;
	readonly location: Location;
}

/** Whether a flag takes a value, and whether it may be repeated. */
export type FlagType = 'switch' | 'value' | 'list';

/**
 * Splits the words that begin with `--` off the front of an instruction's arguments. Quotes and backslashes in them are
 * resolved; `--` alone ends them.
 */
export function splitFlags(source: Span): {flags: readonly Span[]; rest: Span} {
	const flags: Span[] = [];
	const end = source.text.length;
	const restFrom = (at: number) => within(source, at, end);
	for (let at = 0; ; ) {
		while (at < end && isSpace(source.text[at])) at += 1;
		if (!source.text.startsWith('--', at)) return {flags, rest: restFrom(at)};
		const word = readWord(source.text, at);
		at += word.width;
		if (word.text === '--') return {flags, rest: restFrom(at)};
		flags.push({...word, offset: source.offset + word.offset});
	}
}

/** The flag that a word of the form `--name[=value]` is. */
export function flagOf(word: Span, location: Location): Flag {
	const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(word.text) ?? [];
	return value === undefined ? {name, location} : {name, value, location};
}

/** Throws for a flag that `declared` does not have, lacks its value, or is given twice. */
export function checkFlags(
	flags: readonly Flag[],
	declared: Readonly<Record<string, FlagType>>,
	keyword: string,
): void {
	for (const [index, flag] of flags.entries()) {
		const type = Object.hasOwn(declared, flag.name) ? declared[flag.name] : undefined;
		const fail = (reason: string, help: readonly string[]) =>
			new DockerfileError('BAD_FLAG', `${keyword}: ${reason}`, {location: flag.location, help});
		if (!type) throw fail(`unknown flag --${flag.name}`, suggestFlag(flag.name, Object.keys(declared)));
		if (type !== 'list' && flags.findIndex(({name}) => name === flag.name) < index)
			throw fail(`--${flag.name} is given twice`, ['remove one of them']);
		if (type === 'switch' && !/^(true|false)$/i.test(flag.value ?? 'true'))
			throw fail(`--${flag.name} is true or false, not ${flag.value || 'empty'}`, [`--${flag.name}`]);
		if (type !== 'switch' && flag.value === undefined)
			throw fail(`--${flag.name} needs a value`, [`it follows a =, without a blank: --${flag.name}=VALUE`]);
	}
}

/** The value of a flag that is given at most once. */
export function flagValue(flags: readonly Flag[], name: string): string | undefined {
	return flags.find(flag => flag.name === name)?.value;
}

/** Whether a switch is on; undefined if it is not given. */
export function flagSwitch(flags: readonly Flag[], name: string): boolean | undefined {
	const flag = flags.find(given => given.name === name);
	return flag && (flag.value ?? 'true').toLowerCase() === 'true';
}

function suggestFlag(name: string, declared: readonly string[]): readonly string[] {
	const [nearest] = suggest(name, declared);
	if (nearest) return [`did you mean --${nearest}?`];
	return declared.length > 0 ? [`it knows ${declared.map(known => `--${known}`).join(', ')}`] : ['it has no flags'];
}

/** A word up to a blank, its quotes and backslashes resolved. */
function readWord(source: string, start: number): Span {
	let text = '';
	let quote = '';
	let at = start;
	for (; at < source.length && (quote !== '' || !isSpace(source[at])); at += 1) {
		const character = source[at];
		if (character === '\\') {
			at += 1;
			text += source[at] ?? '';
		} else if (character === quote) quote = '';
		else if (quote === '' && (character === '"' || character === "'")) quote = character;
		else text += character;
	}
	return {text, offset: start, width: Math.min(at, source.length) - start};
}

function isSpace(character: string | undefined): boolean {
	return character !== undefined && /\s/.test(character);
}
