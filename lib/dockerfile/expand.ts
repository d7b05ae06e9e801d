import {DockerfileError} from '../errors.ts';
import type {Escape} from './directives.ts';
import {replacePattern, trimPattern} from './pattern.ts';
import {splitter} from './splitter.ts';

/** The value of a variable; undefined if it is not set. */
export type Lookup = (name: string) => string | undefined;

export interface ExpandOptions {
	/** Default `\`. */
	readonly escape?: Escape;
	/** `remove` (default): they group, and go. `keep`: they group, and stay. `ignore`: they are characters as others. */
	readonly quotes?: 'remove' | 'keep' | 'ignore';
	/** Escapes protect the next character, and stay. */
	readonly keepEscapes?: boolean;
	/** References to what is not set stay as they are. */
	readonly keepUnset?: boolean;
}

/** What became of a word. */
export interface Expansion {
	readonly value: string;
	/** The value split at blanks, where neither quotes nor escapes protect them. */
	readonly words: readonly string[];
	/** The variables that were looked up and are set. */
	readonly matched: ReadonlySet<string>;
	/** The variables that were looked up and are not. */
	readonly unmatched: ReadonlySet<string>;
}

/** How deep `${}` may be nested. Each is a call within a call, and nobody writes so many. */
const maxDepth = 200;

/** Where the reading of a word is. */
interface Scanner {
	readonly characters: readonly string[];
	at: number;
	/** How many `${` are open. */
	depth: number;
	readonly lookup: Lookup;
	readonly options: ExpandOptions;
	readonly matched: Set<string>;
	readonly unmatched: Set<string>;
}

/**
 * Resolves quotes, escapes and variables of a Dockerfile word (SURFACE 1.3, VAR-1 to VAR-14), as BuildKit's lexer does
 * (https://github.com/moby/buildkit/blob/master/frontend/dockerfile/shell/lex.go). Throws a DockerfileError without a
 * location for `${x:?message}` and for what is no word.
 */
export function expandWord(word: string, lookup: Lookup, options: ExpandOptions = {}): Expansion {
	const scanner = {
		characters: [...word],
		at: 0,
		depth: 0,
		lookup,
		options,
		matched: new Set<string>(),
		unmatched: new Set<string>(),
	};
	const {value, words} = readUntil(scanner, undefined, options.keepEscapes ?? false);
	return {value, words, matched: scanner.matched, unmatched: scanner.unmatched};
}

/** The words that a word becomes: variables are expanded first, then blanks split what is not quoted. */
export function expandWords(word: string, lookup: Lookup, options: ExpandOptions = {}): readonly string[] {
	return expandWord(word, lookup, options).words;
}

/** Reads up to `stop`, which is taken, or to the end. */
function readUntil(scanner: Scanner, stop: string | undefined, keepEscapes: boolean) {
	const {characters, options} = scanner;
	const out = splitter();
	while (scanner.at < characters.length) {
		const character = characters[scanner.at] ?? '';
		if (character === stop) {
			scanner.at += 1;
			return out.end();
		}
		if (character === '$') out.addLoose(readDollar(scanner));
		else if (character === "'" && options.quotes !== 'ignore') out.addTight(readSingleQuoted(scanner));
		else if (character === '"' && options.quotes !== 'ignore') out.addTight(readDoubleQuoted(scanner, keepEscapes));
		else if (character === (options.escape ?? '\\')) out.addTight(readEscaped(scanner, keepEscapes));
		else {
			out.addLoose(character);
			scanner.at += 1;
		}
	}
	if (stop !== undefined) throw badWord(scanner, `${stop} is missing`);
	return out.end();
}

/** An escape at the very end is dropped. */
function readEscaped(scanner: Scanner, keepEscapes: boolean): string {
	const [sign = '', next = ''] = scanner.characters.slice(scanner.at, scanner.at + 2);
	scanner.at += 2;
	return keepEscapes ? sign + next : next;
}

/** Nothing is special in single quotes. */
function readSingleQuoted(scanner: Scanner): string {
	const end = scanner.characters.indexOf("'", scanner.at + 1);
	if (end < 0) throw badWord(scanner, "a ' is not closed");
	const quoted = scanner.characters.slice(scanner.at, end + 1).join('');
	scanner.at = end + 1;
	return scanner.options.quotes === 'keep' ? quoted : quoted.slice(1, -1);
}

/** In double quotes variables are expanded, and the escape works on `"`, `$` and itself only. */
function readDoubleQuoted(scanner: Scanner, keepEscapes: boolean): string {
	const {characters, options} = scanner;
	const quote = options.quotes === 'keep' ? '"' : '';
	const sign = options.escape ?? '\\';
	let value = quote;
	for (scanner.at += 1; scanner.at < characters.length; ) {
		const character = characters[scanner.at] ?? '';
		if (character === '$') {
			value += readDollar(scanner);
			continue;
		}
		scanner.at += 1;
		if (character === '"') return value + quote;
		if (character !== sign) value += character;
		else if (['"', '$', sign].includes(characters[scanner.at] ?? '')) {
			value += `${keepEscapes ? sign : ''}${characters[scanner.at]}`;
			scanner.at += 1;
		} else if (scanner.at < characters.length) value += keepEscapes ? sign + sign : sign;
	}
	throw badWord(scanner, 'a " is not closed');
}

/** `$name` or `${…}`. A `$` before anything else is itself. */
function readDollar(scanner: Scanner): string {
	scanner.at += 1;
	if (scanner.characters[scanner.at] === '{') {
		scanner.at += 1;
		scanner.depth += 1;
		if (scanner.depth > maxDepth) throw tooDeep();
		const value = readBraced(scanner);
		scanner.depth -= 1;
		return value;
	}
	const name = readName(scanner);
	if (name === '') return '$';
	const value = look(scanner, name);
	return value ?? (scanner.options.keepUnset ? `$${name}` : '');
}

function readBraced(scanner: Scanner): string {
	const {characters, options} = scanner;
	const next = characters[scanner.at];
	if (next === undefined) throw badWord(scanner, '} is missing');
	if (next === '{' || next === '}' || next === ':') throw badWord(scanner, 'bad substitution');
	const name = readName(scanner);
	const operator = characters[scanner.at];
	scanner.at += 1;
	if (operator === '}') return look(scanner, name) ?? (options.keepUnset ? `\${${name}}` : '');
	if (operator === '/') return readReplacement(scanner, name);
	if (operator === ':') {
		const second = characters[scanner.at] ?? '';
		scanner.at += 1;
		if (!'+-?'.includes(second) || second === '') throw badWord(scanner, `unsupported modifier :${second}`);
		return readModified(scanner, name, {sign: second, nullIsUnset: true});
	}
	if (operator !== undefined && '+-?#%'.includes(operator))
		return readModified(scanner, name, {sign: operator, nullIsUnset: false});
	throw badWord(scanner, operator === undefined ? '} is missing' : `unsupported modifier ${operator}`);
}

interface Modifier {
	readonly sign: string;
	/** An empty value counts as none: the forms with a colon. */
	readonly nullIsUnset: boolean;
}

/** `${name:-word}` and its kin, from the word on. */
function readModified(scanner: Scanner, name: string, {sign, nullIsUnset}: Modifier): string {
	const isPattern = sign === '#' || sign === '%';
	const {value: word} = readUntil(scanner, '}', isPattern);
	const value = look(scanner, name);
	if (value === undefined && scanner.options.keepUnset) return `\${${name}${nullIsUnset ? ':' : ''}${sign}${word}}`;
	const isSet = value !== undefined && !(nullIsUnset && value === '');
	switch (sign) {
		case '-':
			return isSet ? value : word;
		case '+':
			return isSet ? word : '';
		case '?':
			if (isSet) return value;
			throw required(name, word || `is not allowed to be ${value === undefined ? 'unset' : 'empty'}`);
		default: {
			const longest = word.startsWith(sign);
			return trimPattern(value ?? '', longest ? word.slice(1) : word, {from: sign === '#' ? 'start' : 'end', longest});
		}
	}
}

/** `${name/pattern/replacement}`, from after the first slash. */
function readReplacement(scanner: Scanner, name: string): string {
	const all = scanner.characters[scanner.at] === '/';
	if (all) scanner.at += 1;
	const {value: pattern} = readUntil(scanner, '/', true);
	const {value: replacement} = readUntil(scanner, '}', true);
	const value = look(scanner, name);
	if (value === undefined && scanner.options.keepUnset) return `\${${name}/${pattern}/${replacement}}`;
	return replacePattern(value ?? '', pattern, {replacement, all});
}

/** Letters, digits and `_`; or a number; or one of the shell's special parameters. Empty if none of them. */
function readName(scanner: Scanner): string {
	const {characters} = scanner;
	const first = characters[scanner.at] ?? '';
	const start = scanner.at;
	if (/^[@*#?\-$!]$/.test(first)) scanner.at += 1;
	else {
		const part = /^\p{Nd}$/u.test(first) ? /^\p{Nd}$/u : /^[\p{L}\p{Nd}_]$/u;
		while (part.test(characters[scanner.at] ?? '')) scanner.at += 1;
	}
	return characters.slice(start, scanner.at).join('');
}

function look(scanner: Scanner, name: string): string | undefined {
	const value = scanner.lookup(name);
	(value === undefined ? scanner.unmatched : scanner.matched).add(name);
	return value;
}

function required(name: string, message: string): DockerfileError {
	return new DockerfileError('VARIABLE_REQUIRED', `${name}: ${message}`, {
		help: [`give it: --build-arg ${name}=VALUE`],
	});
}

function tooDeep(): DockerfileError {
	return new DockerfileError('BAD_WORD', `cannot expand \${} that are nested more than ${maxDepth} deep`, {
		help: ['give the inner ones a name of their own, by an ARG above'],
	});
}

function badWord(scanner: Scanner, reason: string): DockerfileError {
	return new DockerfileError('BAD_WORD', `cannot expand ${scanner.characters.join('')}: ${reason}`, {
		help: [`a $ or quote that is meant as it stands is written \\$, \\' or \\"`],
	});
}
