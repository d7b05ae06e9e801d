import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {serveEchoes} from './echo-server.mjs';
import {Difference, Later} from './outcomes.mjs';
import {steps} from './steps.mjs';

/**
 * Runs a case, once for each mode that its expectations differ in: what it asks for is granted by `--allow`, or is not.
 * Answers the first result that is not `passed`.
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

/**
 * Does the steps of a case, in a folder of its own with a store of its own. Answers its state, `passed`, `later` or
 * `failed`, and the reason. What goes wrong in a step of ours is a failure too.
 */
async function runOnce(one, options) {
	const folder = mkdtempSync(join(tmpdir(), 'strata-conformance-'));
	const site = {
		...options,
		id: one.id,
		folder,
		root: join(folder, 'store'),
		bases: one.bases ?? [],
		/** Whether it asks the frontend something: then what upstream runs that in is no build. */
		asks: one.steps.some(({subrequest}) => subrequest),
		/** Paths of contexts, outputs and tars by the ids that the case gives them. */
		places: new Map(),
		builds: new Map(),
		/** What was built, by the names it was given. */
		images: new Map(),
		archives: [],
		urls: new Map(),
		closers: [],
		skip: one.fs_skip ?? [],
		notes: [],
		differences: [],
	};
	const result = {...(await attempt(one, site)), notes: site.notes};
	for (const close of site.closers) await close();
	if (result.state === 'failed' && options.keep) return {...result, kept: folder};
	rmSync(folder, {recursive: true, force: true});
	return result;
}

async function attempt(one, site) {
	try {
		await serveEchoes(one, site);
		for (const step of one.steps) {
			if (step.when && !step.when.some(mode => mode.toLowerCase().endsWith(site.mode))) continue;
			const perform = steps[step.op];
			if (!perform) throw new Later(`steps ${step.op} of the corpus`);
			await perform(step, site);
		}
		if (site.differences.length > 0) throw new Difference(site.differences.join(' ⏎ '));
		return {state: 'passed'};
	} catch (error) {
		if (error instanceof Later) return {state: 'later', reason: error.message};
		return {state: 'failed', reason: error instanceof Difference ? error.message : error.stack};
	}
}
