/** What ends a case early: what it needs is not there yet, or it turned out otherwise than expected. */
export class Later extends Error {}
export class Difference extends Error {}

export function later(feature) {
	throw new Later(feature);
}

export function difference(text) {
	throw new Difference(text);
}

/** The lines of an error, with what a RUN printed before it. */
export function errorOf(text) {
	const lines = text.trimEnd().split('\n');
	const at = lines.findIndex(line => line.startsWith('error: '));
	return lines.slice(Math.max(0, at < 0 ? lines.length - 5 : at - 3), at < 0 ? undefined : at + 5).join(' ⏎ ');
}
