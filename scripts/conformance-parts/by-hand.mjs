import {readFileSync} from 'node:fs';

const {cases} = JSON.parse(readFileSync(new URL('../../spec/conformance/by-hand.json', import.meta.url), 'utf8'));

/** A case with what spec/conformance/by-hand.json adds to it, which then says all that upstream's code did besides building. */
export function withHandWork(one) {
	const work = cases[one.id];
	if (!work) return one;
	const dropped = ['manual', ...(work.runs ? [] : ['docker'])];
	const steps = one.steps.filter(({op}) => !dropped.includes(op)).map(step => patched(step, work));
	const checks = (work.checks ?? []).map(check => ({op: 'expect', check}));
	return {
		...one,
		steps: [...(work.before ?? []), ...steps, ...checks],
		archives: work.archives,
		unchecked: work.unchecked,
	};
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
