import {type Span, within} from './span.ts';

/**
 * The strings of a JSON array, in place; undefined if the text is no JSON array, and `'mixed'` if it is one of other
 * things than strings (SURFACE PAR-3).
 */
export function jsonStrings(source: Span): readonly Span[] | 'mixed' | undefined {
	const values = parseArray(source.text);
	if (!values) return undefined;
	if (!values.every(value => typeof value === 'string')) return 'mixed';
	const tokens = [...source.text.matchAll(/"(?:[^"\\]|\\.)*"/g)];
	return values.map((text, index) => {
		const {index: start = 0, 0: token = ''} = tokens[index] ?? {};
		return {...within(source, start, start + token.length), text};
	});
}

/** Whether the text is a JSON array, of whatever. */
export function isJsonArray(text: string): boolean {
	return parseArray(text) !== undefined;
}

function parseArray(text: string): readonly unknown[] | undefined {
	if (!text.trimStart().startsWith('[')) return undefined;
	try {
		const value: unknown = JSON.parse(text);
		return Array.isArray(value) ? value : undefined;
	} catch {
		return undefined;
	}
}
