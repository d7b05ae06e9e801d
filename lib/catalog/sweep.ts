import type {PruneOptions, PruneReport} from './catalog.ts';
import type {Folder, Holder, Survey} from './survey.ts';
import {type Tally, tallyOf} from './tally.ts';

/** What is to go. */
export interface Sweep {
	readonly holders: readonly Holder[];
	readonly files: ReadonlySet<string>;
	readonly folders: readonly Folder[];
	readonly report: PruneReport;
}

export type Rules = Pick<PruneOptions, 'all' | 'only' | 'until' | 'keep'>;

const day = 24 * 60 * 60 * 1000;

/** Chooses what goes. Pure. What an image that stays needs is never among it. */
export function chooseSweep(survey: Survey, rules: Rules, now: number): Sweep {
	const tally = tallyOf(survey);
	const gone: Holder[] = [];
	const drop = (holder: Holder) => {
		tally.drop(holder);
		gone.push(holder);
	};
	const garbage = wantsCache(rules);
	if (garbage) for (const broken of survey.holders.filter(holder => holder.isBroken)) drop(broken);
	if (garbage) tally.dropUnheld();
	for (const holder of candidates(survey, rules, now)) {
		if (rules.keep !== undefined && tally.left() <= rules.keep) break;
		drop(holder);
	}
	if (garbage) tally.dropFollowers();
	return {
		...sweepOf(tally, gone),
		folders: [...(garbage ? survey.leftovers : []), ...gone.flatMap(({folder}) => folder ?? [])],
	};
}

function sweepOf(tally: Tally, holders: readonly Holder[]): Omit<Sweep, 'folders'> {
	return {holders, files: tally.gone, report: tally.report()};
}

/** What may go, the oldest first. */
function candidates(survey: Survey, rules: Rules, now: number): readonly Holder[] {
	const going = survey.holders.filter(holder => !holder.isBroken && mayGo(holder, rules, now));
	const images = survey.holders.filter(holder => holder.image && !going.includes(holder));
	const isSpare = sparing(survey, images);
	return going.filter(holder => rules.until !== undefined || isSpare(holder)).sort(byAge);
}

function mayGo({what, image, lastUsed}: Holder, rules: Rules, now: number): boolean {
	const isExpired = rules.until === undefined || lastUsed < now - rules.until;
	if (what === 'logs') return (rules.only === undefined || rules.only.includes('logs')) && isExpired;
	if (what === 'cache mounts') return (wantsCache(rules) || rules.only?.includes('mounts') === true) && isExpired;
	if (!wantsCache(rules)) return false;
	if (image === 'failed') return lastUsed < now - day;
	if (image === 'unnamed' || what === 'containers') return rules.all === true && isExpired;
	return image !== 'named' && isExpired;
}

/**
 * Tells what can be spared when these images stay. A base or step whose layers they need anyway costs next to nothing,
 * and saves the next build a pull or a run; so does a step without a layer, if it may belong to one of them: then it
 * was used, give or take the day that `lastUsed` may be behind, no earlier than the oldest of them was made.
 */
function sparing(survey: Survey, images: readonly Holder[]): (holder: Holder) => boolean {
	const needed = new Set(images.flatMap(({files}) => files));
	const oldest = Math.min(...images.map(({lastUsed}) => lastUsed));
	return ({what, lastUsed, layers = []}) => {
		if (what !== 'bases' && what !== 'step cache') return true;
		if (layers.length === 0) return lastUsed < oldest - day;
		return layers.some(layer => survey.files.has(layer) && !needed.has(layer));
	};
}

function wantsCache({only}: Rules): boolean {
	return only === undefined || only.includes('cache');
}

function byAge(one: Holder, other: Holder): number {
	return one.lastUsed - other.lastUsed;
}
