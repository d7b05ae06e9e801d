/**
 * The candidates that `word` may have been meant as, nearest first: at most two edits away, one for words below five
 * letters (UX.md section 3). A swap of neighbours is one edit.
 */
export function suggest(word: string, candidates: Iterable<string>): readonly string[] {
	const limit = word.length < 5 ? 1 : 2;
	return [...new Set(candidates)]
		.map(candidate => ({candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase())}))
		.filter(({candidate, distance}) => distance <= limit && candidate !== word)
		.sort((a, b) => a.distance - b.distance)
		.map(({candidate}) => candidate);
}

/** Optimal string alignment: inserting, removing, replacing one character, or swapping two neighbours. */
function editDistance(from: string, to: string): number {
	if (Math.abs(from.length - to.length) > 2) return Number.POSITIVE_INFINITY;
	let before: readonly number[] = [];
	let previous = Array.from({length: to.length + 1}, (_, index) => index);
	for (let i = 1; i <= from.length; i += 1) {
		const row = [i];
		for (let j = 1; j <= to.length; j += 1) {
			const change = from[i - 1] === to[j - 1] ? 0 : 1;
			const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
			row.push(
				Math.min(
					(previous[j] ?? 0) + 1,
					(row[j - 1] ?? 0) + 1,
					(previous[j - 1] ?? 0) + change,
					swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
				),
			);
		}
		before = previous;
		previous = row;
	}
	return previous[to.length] ?? 0;
}
