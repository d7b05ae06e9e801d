import stringWidth from 'string-width';

/** How many cells of a terminal a text takes. */
export function cellsOf(text: string): number {
	return stringWidth(text);
}

/** The start of a text, cut between graphemes and ended by `ellipsis` if it takes more than `width` cells. */
export function cutEnd(text: string, width: number, ellipsis: string): string {
	if (isShort(text, width)) return text;
	const room = width - ellipsis.length;
	if (room < 0) return ellipsis.slice(0, width);
	let kept = '';
	let taken = 0;
	for (const {segment} of graphemes.segment(text)) {
		taken += stringWidth(segment);
		if (taken > room) break;
		kept += segment;
	}
	return `${kept}${ellipsis}`;
}

export function padEnd(text: string, width: number): string {
	return text + ' '.repeat(Math.max(0, width - cellsOf(text)));
}

export function padStart(text: string, width: number): string {
	return ' '.repeat(Math.max(0, width - cellsOf(text))) + text;
}

const graphemes = new Intl.Segmenter('en', {granularity: 'grapheme'});

/** No character takes more than two cells, and only those outside ASCII more than one. */
function isShort(text: string, width: number): boolean {
	return /^[\x20-\x7E]*$/.test(text) ? text.length <= width : stringWidth(text) <= width;
}
