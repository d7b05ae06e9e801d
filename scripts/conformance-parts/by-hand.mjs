import {readFileSync} from 'node:fs';

const {cases} = JSON.parse(readFileSync(new URL('../../spec/conformance/by-hand.json', import.meta.url), 'utf8'));

/** A case with what spec/conformance/by-hand.json adds to it, which then says all that upstream's code did besides building. */
export function withHandWork(one) {
	const work = cases[one.id];
	if (!work) return one;
	const kept = one.steps.filter(step => !isDropped(step, work)).map(step => patched(step, work));
	const first = kept.findIndex(({op}) => op === 'build');
	const checks = (work.checks ?? []).map(check => ({op: 'expect', check}));
	return {
		...one,
		steps: [
			...(work.before ?? []),
			...kept.slice(0, first),
			...(work.amid ?? []),
			...kept.slice(first),
			...(work.after ?? []),
			...checks,
		],
		archives: work.archives,
		needs: work.needs,
		ownStore: work.ownStore,
		unchecked: work.unchecked,
	};
}

function isDropped({op, id, line, check}, {runs, instead = [], drop = []}) {
	if (op === 'manual' || (op === 'docker' && !runs) || drop.includes(id)) return true;
	if (op !== 'expect') return false;
	return (
		instead.includes(line) ||
		drop.includes(check.build) ||
		drop.some(place => String(check.path).startsWith(`${place}:`))
	);
}

function patched(step, {context = {}, flags = {}, builds = {}}) {
	if (step.op !== 'build') return step;
	const added = context[step.id] ?? [];
	const kept = step.context_entries?.filter(({path}) => !added.some(entry => entry.path === path));
	return {
		...step,
		...(kept || added.length > 0 ? {context_entries: [...(kept ?? []), ...added]} : {}),
		flags: [...(step.flags ?? []), ...(flags[step.id] ?? [])],
		...builds[step.id],
	};
}
