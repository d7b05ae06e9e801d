import {withoutEnd} from '../dockerfile/lines.ts';

/** Escape sequences: CSI; strings (OSC, DCS, SOS, PM, APC) with what they hold; the others. In both spellings, ESC and C1. */
const sequences =
	/(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]?|(?:\u001B[\]PX^_]|[\u009D\u0090\u0098\u009E\u009F])[^\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C|$)|\u001B[ -/]*[0-~]?/g;

/** What is left of control characters, and those that turn the direction of text (https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters). */
const controls = /[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;

const reset = '\u001B[0m';

/**
 * One line of a stranger's output as it may go to a terminal: CR keeps only what follows it, tabs become blanks, and
 * no control sequence is left but, if asked for, colours.
 */
export function sanitizeLine(line: string, {colors}: {readonly colors: boolean}): string {
	const whole = withoutEnd(line, '\r');
	const shown = whole.slice(whole.lastIndexOf('\r') + 1);
	if (/^[\x20-\x7E]*$/.test(shown)) return shown;
	const text = clean(shown, colors);
	return text.includes('\u001B') ? `${text}${reset}` : text;
}

function clean(line: string, colors: boolean): string {
	let found = '';
	let end = 0;
	let column = 0;
	const keep = (raw: string) => {
		const text = expandTabs(raw.replace(controls, ''), column);
		column += text.length;
		found += text;
	};
	for (const match of line.matchAll(sequences)) {
		keep(line.slice(end, match.index));
		end = match.index + match[0].length;
		if (colors && /^\u001B\[[\d;:]*m$/.test(match[0])) found += match[0];
	}
	keep(line.slice(end));
	return found;
}

function expandTabs(text: string, start: number): string {
	let out = '';
	for (const [at, part] of text.split('\t').entries()) {
		if (at > 0) out += ' '.repeat(8 - ((start + out.length) % 8));
		out += part;
	}
	return out;
}
