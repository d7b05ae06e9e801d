import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startBeforehand} from './beforehand.mjs';
import {Difference} from './outcomes.mjs';
import {steps} from './steps.mjs';

/**
 * Runs a case, once for each mode that its expectations differ in: what it asks for is granted by `--allow`, or is not.
 * Answers the first result that is not `passed`: its state, the reason, and what of the case was not checked.
 */
export async function runCase(one, options) {
	let result;
	for (const mode of modesOf(one)) {
		result = await runOnce(one, {...options, mode});
		if (result.state !== 'passed') return result;
	}
	return result;
}

/**
 * Upstream denies what its daemon's configuration denies. There is none here: a build denies what its command line does
 * not allow, and so what no `--network host` allows and no RUN asks for cannot be denied.
 */
function modesOf({steps}) {
	if (!steps.some(({when}) => when)) return ['granted'];
	const builds = steps.filter(({op}) => op === 'build');
	const asks = ({dockerfile = '', attrs = {}}) =>
		/--(network=host|security=insecure)/.test(dockerfile) && attrs['force-network-mode'] !== 'host';
	return builds.some(asks) ? ['granted', 'denied'] : ['granted'];
}

/** Does the steps of a case, in a folder of its own with a store of its own. What goes wrong in a step of ours is a failure too. */
async function runOnce(one, options) {
	const folder = mkdtempSync(join(tmpdir(), 'strata-conformance-'));
	const site = siteOf(one, {...options, folder});
	if (!one.ownStore) options.store.openTo(site.root);
	const result = {
		...(await attempt(one, site)),
		notes: site.notes,
		unchecked: site.unchecked,
		agreements: site.agreements,
		pictures: site.pictures,
	};
	for (const close of site.closers.reverse()) await close();
	if (result.state === 'failed' && options.keep) return {...result, kept: folder};
	rmSync(folder, {recursive: true, force: true});
	return result;
}

function siteOf(one, options) {
	return {
		...options,
		id: one.id,
		family: one.family,
		root: join(options.folder, 'store'),
		bases: one.bases ?? [],
		/** Whether it asks the frontend something: then what upstream runs that in is no build. */
		asks: one.steps.some(({subrequest}) => subrequest),
		started: Math.floor(Date.now() / 1000),
		/** Paths of contexts, outputs and tars by the ids that the case gives them. */
		places: new Map(),
		builds: new Map(),
		/** What was built, by the names it was given; which of them are in a registry and not in the store. */
		images: new Map(),
		pushed: new Set(),
		saved: new Set(),
		archives: [],
		urls: new Map(),
		/** What each server was asked. */
		requests: new Map(),
		/** What commands of upstream's code said. */
		answers: new Map(),
		closers: [],
		skip: one.fs_skip ?? [],
		notes: [],
		differences: [],
		/** Who else builds it, in the order in which they are asked; what they made of it. */
		judges: one.judges,
		pictures: [],
		/** Whom strata agrees with, and who makes it otherwise. */
		agreements: [],
		/** What of the case this harness does not compare. */
		unchecked: [...(one.unchecked ?? [])],
	};
}

async function attempt(one, site) {
	try {
		await startBeforehand(one, site);
		for (const step of one.steps) {
			if (step.when && !step.when.some(mode => mode.toLowerCase().endsWith(site.mode))) continue;
			const perform = steps[step.op];
			if (!perform) throw new Difference(`this harness has no step ${step.op}`);
			await perform(step, site);
		}
		if (site.differences.length > 0) throw new Difference(site.differences.join(' ⏎ '));
		return {state: 'passed'};
	} catch (error) {
		return {state: 'failed', reason: error instanceof Difference ? error.message : error.stack};
	}
}
