import {joinPath} from './paths.ts';
import type {Tree} from './tree.ts';

/** How many suggestions help; more would be a list. */
const most = 3;

/**
 * Paths of the tree that `path`, which is not there, may have been meant to be: each of its names off by at most two letters (one below five
 * letters), or with another extension; the nearest first.
 */
export function nearestPaths(tree: Tree, path: string): string[] {
	let candidates: Candidate[] = [{path: '', distance: 0}];
	for (const name of path.split('/').filter(part => part !== '' && part !== '.')) {
		candidates = candidates.flatMap(candidate => nearNames(tree, candidate, name));
	}
	return candidates
		.sort((a, b) => a.distance - b.distance)
		.slice(0, most)
		.map(candidate => candidate.path);
}

interface Candidate {
	readonly path: string;
	readonly distance: number;
}

function nearNames(tree: Tree, candidate: Candidate, wanted: string): Candidate[] {
	return tree.list(candidate.path).flatMap(name => {
		const distance = distanceOfNames(name, wanted);
		return distance === undefined
			? []
			: [{path: joinPath(candidate.path, name), distance: candidate.distance + distance}];
	});
}

/** Undefined if the names have nothing in common. Another extension counts as one letter more. */
function distanceOfNames(name: string, wanted: string): number | undefined {
	const whole = nearness(name, wanted);
	const [stem, wantedStem] = [stemOf(name), stemOf(wanted)];
	const stems = stem === name || wantedStem === wanted ? undefined : nearness(stem, wantedStem);
	return whole ?? (stems === undefined ? undefined : stems + 1);
}

function nearness(name: string, wanted: string): number | undefined {
	const limit = wanted.length < 5 ? 1 : 2;
	if (Math.abs(name.length - wanted.length) > limit) return undefined;
	const distance = editDistance(name, wanted);
	return distance <= limit ? distance : undefined;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one text into the other. */
export function editDistance(a: string, b: string): number {
	let [before, last]: [number[], number[]] = [[], Array.from({length: b.length + 1}, (_, index) => index)];
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let column = 1; column <= b.length; column++) {
			const isSame = a[row - 1] === b[column - 1];
			const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
			const steps = [
				(last[column] ?? 0) + 1,
				(current[column - 1] ?? 0) + 1,
				(last[column - 1] ?? 0) + (isSame ? 0 : 1),
			];
			if (isSwap) steps.push((before[column - 2] ?? 0) + 1);
			current.push(Math.min(...steps));
		}
		[before, last] = [last, current];
	}
	return last[b.length] ?? 0;
}

function stemOf(name: string): string {
	const dot = name.lastIndexOf('.');
	return dot > 0 ? name.slice(0, dot) : name;
}
