const named: Readonly<Record<string, string>> = {
	'\x07': '\\a',
	'\b': '\\b',
	'\f': '\\f',
	'\n': '\\n',
	'\r': '\\r',
	'\t': '\\t',
	'\v': '\\v',
	'\\': '\\\\',
	'"': '\\"',
};

/** Go's strconv.Quote: what cannot be printed is escaped (https://pkg.go.dev/strconv#Quote). */
export function quoted(text: string): string {
	return `"${text.replace(/[\\"]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, escaped)}"`;
}

function escaped(character: string): string {
	const code = character.codePointAt(0) ?? 0;
	const hex = (digits: number) => code.toString(16).padStart(digits, '0');
	if (named[character]) return named[character];
	if (code < 0x80) return `\\x${hex(2)}`;
	return code > 0xffff ? `\\U${hex(8)}` : `\\u${hex(4)}`;
}
