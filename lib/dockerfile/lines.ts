import {DockerfileError} from '../errors.ts';

/** One line of a Dockerfile. */
export interface Line {
	/** From 1. */
	readonly number: number;
	/** Without its line break. */
	readonly text: string;
	/** As it stands, line break included: heredocs keep theirs. */
	readonly raw: string;
}

/** BuildKit's limit, from Go's bufio.MaxScanTokenSize (SURFACE PAR-7). */
const maxBytes = 65535;

/** The lines of `text`, without a byte order mark. Throws if one is longer than BuildKit reads. */
export function splitLines(text: string, file: string): readonly Line[] {
	const raws = text.replace(/^\uFEFF/, '').match(/[^\n]*\n|[^\n]+$/g) ?? [];
	return raws.map((raw, index) => {
		const line = {number: index + 1, text: withoutEnd(raw, '\r\n'), raw};
		if (isTooLong(line.text)) throw tooLong(line.number, file);
		return line;
	});
}

/** `text` without the `characters` at its end. An expression such as `[ \t]+$` would look at every blank within it anew. */
export function withoutEnd(text: string, characters: string): string {
	let end = text.length;
	while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
	return text.slice(0, end);
}

/** No character has more than three bytes for each of its UTF-16 units, so most lines need no count. */
function isTooLong(text: string): boolean {
	return text.length > maxBytes / 3 && Buffer.byteLength(text) > maxBytes;
}

function tooLong(number: number, file: string): DockerfileError {
	return new DockerfileError('LINE_TOO_LONG', `a line is longer than ${maxBytes} bytes`, {
		location: {file, start: number, end: number},
		help: ['break it: a \\ at its end continues it on the next line'],
	});
}
