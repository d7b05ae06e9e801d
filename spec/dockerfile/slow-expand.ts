import fc from 'fast-check';

/** A piece of a word, how it is written, and what becomes of it: worked out from the rules as they are told, not from the text. */
export interface Piece {
	readonly written: string;
	readonly value: string;
}

/** The variables that words speak of; the others are not set. */
export const variables: Readonly<Record<string, string>> = {one: 'a.b.a', two: 'ab', none: '', long: 'aab.bab.'};
const name = fc.constantFrom('one', 'two', 'none', 'long', 'unset');

const plain = fc.constantFrom('a', 'b', '.', '-', 'ä').map(text => ({written: text, value: text}));
const escaped = fc.constantFrom('$', '"', "'", '\\', 'a').map(text => ({written: `\\${text}`, value: text}));
const single = fc.constantFrom('$one', 'a "b"', '\\', '').map(text => ({written: `'${text}'`, value: text}));
const simple = name.map(text => ({written: `\${${text}}`, value: variables[text] ?? ''}));

const {word} = fc.letrec<{word: Piece; piece: Piece; quoted: Piece; choice: Piece; trim: Piece; replacement: Piece}>(
	tie => ({
		word: fc.array(tie('piece'), {maxLength: 4}).map(joined),
		piece: fc.oneof(
			{maxDepth: 4},
			plain,
			escaped,
			single,
			simple,
			tie('choice'),
			tie('quoted'),
			tie('trim'),
			tie('replacement'),
		),
		quoted: fc
			.array(fc.oneof({maxDepth: 3}, plain, simple, tie('choice'), tie('trim')), {maxLength: 3})
			.map(parts => ({written: `"${joined(parts).written}"`, value: joined(parts).value})),
		choice: fc.tuple(name, fc.constantFrom(':-', '-', ':+', '+'), tie('word')).map(([variable, sign, other]) => {
			const value = variables[variable];
			const isSet = value !== undefined && !(sign.startsWith(':') && value === '');
			const chosen = sign.endsWith('-') ? (isSet ? value : other.value) : isSet ? other.value : '';
			return {written: `\${${variable}${sign}${other.written}}`, value: chosen};
		}),
		trim: fc.tuple(name, fc.constantFrom('#', '##', '%', '%%'), pattern()).map(([variable, sign, glob]) => ({
			written: `\${${variable}${sign}${glob.join('')}}`,
			value: trimmed(variables[variable] ?? '', sign, glob),
		})),
		replacement: fc
			.tuple(name, fc.constantFrom('/', '//'), pattern(), fc.constantFrom('', 'X', 'aa'))
			.map(([variable, sign, glob, by]) => ({
				written: `\${${variable}${sign}${glob.join('')}/${by}}`,
				value: replaced(variables[variable] ?? '', glob, {by, all: sign === '//'}),
			})),
	}),
);

/** Words of all forms, nested. */
export const words = word;

function pattern() {
	return fc.array(fc.constantFrom('a', 'b', '.', '*', '?'), {minLength: 1, maxLength: 3});
}

function joined(pieces: readonly Piece[]): Piece {
	return {written: pieces.map(piece => piece.written).join(''), value: pieces.map(piece => piece.value).join('')};
}

/** Every cut is tried, the shortest or the longest first. */
function trimmed(value: string, sign: string, glob: readonly string[]): string {
	const lengths = Array.from({length: value.length + 1}, (_, length) => length);
	for (const length of sign.length === 2 ? lengths.reverse() : lengths) {
		const [cut, left] = sign.startsWith('#')
			? [value.slice(0, length), value.slice(length)]
			: [value.slice(value.length - length), value.slice(0, value.length - length)];
		if (matches(glob, cut)) return left;
	}
	return value;
}

/** From left to right, the longest match at each place; an empty one leaves the character after it. */
function replaced(
	value: string,
	glob: readonly string[],
	{by, all}: {readonly by: string; readonly all: boolean},
): string {
	let result = '';
	for (let at = 0; at <= value.length; ) {
		let end = value.length;
		while (end >= at && !matches(glob, value.slice(at, end))) end -= 1;
		if (end >= at) {
			result += by;
			if (!all) return result + value.slice(end);
		}
		if (end > at) at = end;
		else {
			result += value[at] ?? '';
			at += 1;
		}
	}
	return result;
}

function matches([first, ...others]: readonly string[], text: string): boolean {
	if (first === undefined) return text === '';
	if (first === '*') return matches(others, text) || (text !== '' && matches([first, ...others], text.slice(1)));
	return text !== '' && (first === '?' || first === text[0]) && matches(others, text.slice(1));
}
