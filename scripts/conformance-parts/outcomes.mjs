/** What ends a case early: it turned out otherwise than expected. */
export class Difference extends Error {}

export function difference(text) {
	throw new Difference(text);
}

/** What a case asks of strata, or of this harness, that is not there: a failure like any other, whose reason names it. */
export function lacking(feature) {
	return difference(`there is no ${feature}`);
}

/** The lines of an error, with what a RUN printed before it. */
export function errorOf(text) {
	const lines = text.trimEnd().split('\n');
	const at = lines.findIndex(line => line.startsWith('error: '));
	return lines.slice(Math.max(0, at < 0 ? lines.length - 5 : at - 3), at < 0 ? undefined : at + 5).join(' ⏎ ');
}
