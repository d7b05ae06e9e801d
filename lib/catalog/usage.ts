import type {CatalogOptions, UsageRow} from './catalog.ts';
import {withStore} from './open.ts';
import {type Holder, type Survey, survey} from './survey.ts';
import {chooseSweep, type Sweep} from './sweep.ts';
import {totalOf} from './tally.ts';

/** Who uses the space of a store. What several share counts in the row of each, and once in the total. */
export function usage(options: CatalogOptions = {}): Promise<readonly UsageRow[]> {
	return withStore(options, async store => usageOf(await survey(store, {alone: false}), Date.now()));
}

const kinds = ['images', 'containers', 'bases', 'step cache', 'snapshots', 'cache mounts', 'logs'] as const;

/** What many never use. */
const rare: readonly UsageRow['what'][] = ['containers', 'cache mounts'];

/** The rows of a survey; none of what is rare and not there. Pure. */
export function usageOf(found: Survey, now: number): readonly UsageRow[] {
	const sweep = chooseSweep(found, {}, now);
	const rows = kinds.map(what => row(what, found, sweep)).filter(({what, count}) => !rare.includes(what) || count);
	return [...rows, {what: 'total', size: totalOf(found), ...reclaimable(sweep.report.freed)}];
}

function row(what: Holder['what'], found: Survey, {report}: Sweep): UsageRow {
	const holders = found.holders.filter(holder => holder.what === what);
	const freed = report.removed.find(each => each.what === what)?.size ?? 0;
	const lastUsed = Math.max(...holders.map(holder => holder.lastUsed));
	return {
		what,
		count: what === 'images' ? new Set(holders.map(({files}) => files[0])).size : holders.length,
		size: sizeOf(holders, found) + (what === 'step cache' ? unheldSize(found) : 0),
		...reclaimable(freed),
		...(holders.length > 0 && what !== 'images' && what !== 'logs' ? {lastUsed} : {}),
	};
}

function reclaimable(size: number): Pick<UsageRow, 'reclaimable'> {
	return size > 0 ? {reclaimable: size} : {};
}

function sizeOf(holders: readonly Holder[], {files}: Survey): number {
	const held = new Set(holders.flatMap(holder => holder.files));
	const folders = holders.reduce((sum, {folder}) => sum + (folder?.size ?? 0), 0);
	return [...held].reduce((sum, file) => sum + (files.get(file) ?? 0), folders);
}

/** What nothing holds is left over from steps. */
function unheldSize({files, holders, leftovers}: Survey): number {
	const held = new Set(holders.flatMap(holder => holder.files));
	const unheld = [...files].filter(([file]) => !held.has(file)).reduce((sum, [, size]) => sum + size, 0);
	return leftovers.reduce((sum, {size}) => sum + size, unheld);
}
