import {DockerfileError} from '../errors.ts';

/** A piece of a shell pattern: a character, any one character, or any number of them. There are no `[]` (SURFACE VAR-13). */
type Token = {readonly is: 'character'; readonly character: string} | {readonly is: 'one'} | {readonly is: 'many'};

/** `value` without the shortest or longest part at its start or end that `pattern` matches. */
export function trimPattern(
	value: string,
	pattern: string,
	{from, longest}: {readonly from: 'start' | 'end'; readonly longest: boolean},
): string {
	const tokens = parsePattern(pattern);
	const characters = [...value];
	if (from === 'end') {
		tokens.reverse();
		characters.reverse();
	}
	const rest = characters.slice(matchEnd(characters, tokens, {start: 0, longest}) ?? 0);
	return (from === 'end' ? rest.reverse() : rest).join('');
}

/** `value` with the first or every longest match of `pattern` replaced. */
export function replacePattern(
	value: string,
	pattern: string,
	{replacement, all}: {readonly replacement: string; readonly all: boolean},
): string {
	const tokens = parsePattern(pattern);
	const characters = [...value];
	let result = '';
	for (let at = 0; at <= characters.length; ) {
		const end = matchEnd(characters, tokens, {start: at, longest: true});
		if (end === undefined) result += characters[at] ?? '';
		else {
			result += replacement;
			if (!all) return result + characters.slice(end).join('');
			if (end === at) result += characters[at] ?? '';
		}
		at = Math.max(end ?? 0, at + 1);
	}
	return result;
}

/**
 * Where a match that begins at `start` ends; undefined if none begins there. All ends are followed at once, so that no
 * pattern takes more than its length times that of the value.
 */
function matchEnd(
	characters: readonly string[],
	tokens: readonly Token[],
	{start, longest}: {readonly start: number; readonly longest: boolean},
): number | undefined {
	let ends: readonly number[] = [start];
	for (const token of tokens) {
		ends = token.is === 'many' ? spread(characters, ends) : advance(characters, ends, token);
	}
	return longest ? ends.at(-1) : ends[0];
}

function advance(characters: readonly string[], ends: readonly number[], token: Token): readonly number[] {
	return ends
		.filter(end => {
			const character = characters[end];
			if (token.is === 'character') return character === token.character;
			return character !== undefined && character !== '\n';
		})
		.map(end => end + 1);
}

/** As in Go's regular expressions, on which BuildKit's patterns rest, nothing reaches over a line break. */
function spread(characters: readonly string[], ends: readonly number[]): readonly number[] {
	const reached = new Set<number>();
	for (const first of ends) {
		for (let end = first; !reached.has(end); end += 1) {
			reached.add(end);
			if (end === characters.length || characters[end] === '\n') break;
		}
	}
	return [...reached].sort((a, b) => a - b);
}

/** `\` escapes `*`, `?` and itself; before `}` and `/` it was only there for the `${}` round the pattern. */
function parsePattern(pattern: string): Token[] {
	const tokens: Token[] = [];
	const characters = [...pattern];
	for (let at = 0; at < characters.length; at += 1) {
		const character = characters[at] ?? '';
		if (character === '*') tokens.push({is: 'many'});
		else if (character === '?') tokens.push({is: 'one'});
		else if (character !== '\\') tokens.push({is: 'character', character});
		else {
			at += 1;
			tokens.push({is: 'character', character: escaped(characters[at], pattern)});
		}
	}
	return tokens;
}

function escaped(character: string | undefined, pattern: string): string {
	if (character !== undefined && '*?\\}/'.includes(character)) return character;
	throw new DockerfileError('BAD_WORD', `the pattern ${pattern} has a \\ before ${character ?? 'its end'}`, {
		help: ['only these can be escaped in a pattern: * ? \\ } /'],
	});
}
