import {cleanPath, joinPath} from './paths.ts';
import {resolvePath} from './resolve.ts';
import type {Tree} from './tree.ts';

/** Whether `*` can mean any number of directories when doubled. */
export interface GlobOptions {
	readonly doubleStar?: boolean;
}

/**
 * A pattern of Go's filepath.Match (https://pkg.go.dev/path/filepath#Match) as a regular expression over a whole text, or undefined
 * if the pattern is malformed. With `doubleStar` it is one of moby's patternmatcher, whose `**` crosses slashes
 * (https://github.com/moby/patternmatcher).
 */
export function compileGlob(pattern: string, {doubleStar = false}: GlobOptions = {}): RegExp | undefined {
	const runes = [...pattern];
	let source = '';
	for (let at = 0; at < runes.length; ) {
		const piece = doubleStar && runes[at] === '*' && runes[at + 1] === '*' ? anyDepth(runes, at) : pieceAt(runes, at);
		if (!piece) return undefined;
		source += piece.source;
		at = piece.next;
	}
	return new RegExp(`^${source}$`, 'su');
}

/** Whether a name of a COPY source asks for matching. A backslash alone does not (as in BuildKit). */
export function hasWildcard(text: string): boolean {
	return /^(?:[^\\*?[]|\\.)*[*?[]/s.test(text);
}

/**
 * The paths of `tree` that a COPY source with wildcards means, in the order of a walk (CPY-12). Links are followed up to the first name with
 * a wildcard only. Undefined if that part is not there, or if the pattern is malformed.
 */
export function expandWildcard(tree: Tree, pattern: string): readonly string[] | undefined {
	const names = cleanPath(pattern).split('/');
	const fixed = names.findIndex(hasWildcard);
	const start = resolvePath(tree, names.slice(0, fixed).join('/'));
	if (typeof start !== 'string' || tree.stat(start)?.type !== 'directory') return undefined;
	const globs: RegExp[] = [];
	for (const name of names.slice(fixed)) {
		const glob = compileGlob(name);
		if (!glob) return undefined;
		globs.push(glob);
	}
	return [...matchesBelow(tree, start, globs)];
}

function* matchesBelow(tree: Tree, directory: string, [glob, ...rest]: readonly RegExp[]): Generator<string> {
	for (const name of tree.list(directory)) {
		if (!glob?.test(name)) continue;
		const path = joinPath(directory, name);
		if (rest.length === 0) yield path;
		else yield* matchesBelow(tree, path, rest);
	}
}

/** A piece of a regular expression, and where the pattern goes on. */
interface Piece {
	readonly source: string;
	readonly next: number;
}

/**
 * `**` at the end is everything, elsewhere any number of whole directories, also none. In moby it is any beginning where nothing but plain
 * text follows: `**b` matches `a/cb`, `**b*` does not.
 */
function anyDepth(runes: readonly string[], at: number): Piece {
	const next = runes[at + 2] === '/' ? at + 3 : at + 2;
	const isAnything = next >= runes.length || (at === 0 && next === 2 && !/[*?[\]\\]/.test(runes.slice(2).join('')));
	return {source: isAnything ? '.*' : '(?:.*/)?', next};
}

function pieceAt(runes: readonly string[], at: number): Piece | undefined {
	const rune = runes[at] ?? '';
	if (rune === '*') return {source: '[^/]*', next: at + 1};
	if (rune === '?') return {source: '[^/]', next: at + 1};
	if (rune === '[') return classAt(runes, at + 1);
	const literal = literalAt(runes, at);
	return literal && {source: quote(literal.source), next: literal.next};
}

/** `[a-c]`, `[^a-c]`: what begins after the bracket. Malformed are an empty class, a bare `-` or `]` in one, a range that runs backwards. */
function classAt(runes: readonly string[], start: number): Piece | undefined {
	const isNegated = runes[start] === '^';
	const first = isNegated ? start + 1 : start;
	let ranges = '';
	for (let at = first; at < runes.length; ) {
		if (runes[at] === ']' && at > first) return {source: `[${isNegated ? '^' : ''}${ranges}]`, next: at + 1};
		const low = memberAt(runes, at);
		const high = low && runes[low.next] === '-' ? memberAt(runes, low.next + 1) : low;
		if (!low || !high || codeOf(low) > codeOf(high)) return undefined;
		ranges += `${quote(low.source)}-${quote(high.source)}`;
		at = high.next;
	}
	return undefined;
}

function codeOf({source}: Piece): number {
	return source.codePointAt(0) ?? 0;
}

function memberAt(runes: readonly string[], at: number): Piece | undefined {
	return runes[at] === '-' || runes[at] === ']' ? undefined : literalAt(runes, at);
}

/** One rune as itself, escaped or not. */
function literalAt(runes: readonly string[], at: number): Piece | undefined {
	const escaped = runes[at] === '\\';
	const rune = runes[escaped ? at + 1 : at];
	return rune === undefined ? undefined : {source: rune, next: escaped ? at + 2 : at + 1};
}

function quote(rune: string): string {
	return /[\\^$.*+?()[\]{}|/-]/.test(rune) ? `\\u{${rune.charCodeAt(0).toString(16)}}` : rune;
}
