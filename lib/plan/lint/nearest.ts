/**
 * The name that BuildKit's linter takes another one for: the first of the least edits away, below three, in letters as
 * they are. Empty if there is none. Its rule is not that of our own advice, but part of texts that programs compare.
 */
export function nearestName(name: string, candidates: Iterable<string>): string {
	let [nearest, least] = ['', 3];
	for (const candidate of candidates) {
		const distance = levenshtein([...name], [...candidate]);
		if (distance < least) [nearest, least] = [candidate, distance];
	}
	return nearest;
}

/** How many characters are to be inserted, removed or replaced. */
function levenshtein(from: readonly string[], to: readonly string[]): number {
	let row = Array.from({length: to.length + 1}, (_, index) => index);
	for (const [index, character] of from.entries()) {
		const next = [index + 1];
		for (const [at, other] of to.entries()) {
			const replaced = (row[at] ?? 0) + (character === other ? 0 : 1);
			next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
		}
		row = next;
	}
	return row[to.length] ?? 0;
}
