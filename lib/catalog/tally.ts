import type {PruneReport} from './catalog.ts';
import type {Holder, Survey} from './survey.ts';

/** What is left of a store while one holder after the other is taken away. */
export interface Tally {
	/** The files that nothing holds any more. */
	readonly gone: ReadonlySet<string>;
	drop(holder: Holder): void;
	/** What nothing ever held, and what is left over: counted to the step cache. */
	dropUnheld(): void;
	dropFollowers(): void;
	/** Bytes. */
	left(): number;
	report(): PruneReport;
}

type Freed = {count: number; size: number};

export function tallyOf(survey: Survey): Tally {
	const {files, followers, leftovers} = survey;
	const references = referencesOf(survey);
	const gone = new Set<string>();
	const freed = new Map<Holder['what'], Freed>();

	const free = (what: Holder['what'], {count = 0, size}: {readonly count?: number; readonly size: number}) => {
		const before = freed.get(what) ?? {count: 0, size: 0};
		freed.set(what, {count: before.count + count, size: before.size + size});
	};
	const remove = (file: string, what: Holder['what']) => {
		if (gone.has(file) || !files.has(file)) return;
		gone.add(file);
		free(what, {size: files.get(file) ?? 0});
	};

	return {
		gone,
		drop({what, files: held, folder}) {
			free(what, {count: 1, size: folder?.size ?? 0});
			for (const file of new Set(held)) {
				const left = (references.get(file) ?? 1) - 1;
				references.set(file, left);
				if (left === 0) remove(file, what);
			}
		},
		dropUnheld() {
			const follows = new Set(followers.map(({file}) => file));
			for (const file of files.keys()) if (!references.has(file) && !follows.has(file)) remove(file, 'step cache');
			if (leftovers.length > 0) free('step cache', {size: sum(leftovers)});
		},
		dropFollowers() {
			for (const {file, leader} of followers) if (!files.has(leader) || gone.has(leader)) remove(file, 'step cache');
		},
		left: () => totalOf(survey) - sum(freed.values()),
		report: () => ({
			freed: sum(freed.values()),
			removed: [...freed].map(([what, {count, size}]) => ({what, count, size})),
		}),
	};
}

/** By how many holders a file is held. */
function referencesOf({holders}: Survey): Map<string, number> {
	const counts = new Map<string, number>();
	for (const {files} of holders) for (const file of new Set(files)) counts.set(file, (counts.get(file) ?? 0) + 1);
	return counts;
}

/** Bytes of all that lies in a store, each counted once. */
export function totalOf({files, holders, leftovers}: Survey): number {
	const folders = holders.flatMap(({folder}) => folder ?? []);
	const sizes = [...files.values()].reduce((all, size) => all + size, 0);
	return sizes + sum(folders) + sum(leftovers);
}

function sum(sized: Iterable<{readonly size: number}>): number {
	let all = 0;
	for (const {size} of sized) all += size;
	return all;
}
