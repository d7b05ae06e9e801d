import {baseContexts} from './bases.mjs';
import {contextOf} from './build-context.mjs';
import {contextTime} from './context-time.mjs';
import {resetTimes} from './contexts.mjs';
import {deliver, exportsOf, namesOf, outputs} from './exports.mjs';
import {contextFlags, namedContexts, ownFlags, usualFlags} from './flags.mjs';
import {imageOf} from './image.mjs';
import {subrequestStep} from './lint.mjs';
import {difference, errorOf, lacking} from './outcomes.mjs';
import {capture} from './processes.mjs';
import {compareWithReferences} from './references.mjs';
import {fill} from './templates.mjs';

/** Runs `strata build` for a step. What it made is named for the step in the case's store, and for all names of its exports. */
export async function buildStep(step, site) {
	if (step.unsupported) lacking(step.unsupported);
	if (step.subrequest) return subrequestStep(step, await contextOf({...site.asking, ...step}, site), site);
	if (step.via === 'gateway-client-func' && site.asks) return startAsking(step, site);
	if (step.via?.startsWith('gateway')) lacking("BuildKit's gateway API");
	const build = await described(step, site);
	const isCompared = site.judges || site.references.builders.length > 0;
	if (isCompared && build.reference.isUsual) resetTimes(build.reference.folder, contextTime);
	const command = [site.strata, '--root', site.root, 'build', '--progress', 'plain', ...build.args];
	const ended = await capture(process.execPath, command, build);
	const outcome = {...ended, ...build, step, failed: ended.status !== 0, unsupported: unsupported(ended.text)};
	site.builds.set(step.id, outcome);
	site.last = outcome;
	if (outcome.failed) {
		if (step.must_succeed) throwIfFailed(outcome);
		return compareWithReferences(outcome, site);
	}
	outcome.image = imageOf(site.root, build.tags[0]);
	for (const name of build.tags) site.images.set(name, outcome.image);
	for (const one of build.exports) await deliver(one, outcome, site);
	await compareWithReferences(outcome, site);
}

/** What upstream asks subrequests in: it gives them its context, and succeeds if they do. */
function startAsking(step, site) {
	site.asking = step;
	site.builds.set(step.id, {failed: false, text: ''});
}

/** A build that must not fail, did. */
export function throwIfFailed({failed, unsupported: feature, text}) {
	if (feature) lacking(feature);
	if (failed) difference(`the build fails: ${errorOf(text)}`);
}

/** What this release says that it has not. */
function unsupported(text) {
	const [, feature, flag] = /this release has no (.+)|error: (unknown flag .+)/.exec(text) ?? [];
	return feature ?? flag;
}

async function described(step, site) {
	const context = await contextOf(step, site);
	const exports = exportsOf(step);
	const names = [...exports.flatMap(namesOf), ...tagsOf(step)].map(name => fill(name, site));
	const namesLayout = exports.some(({type, attrs}) => type === 'oci' && attrs?.name);
	const tags = [...(namesLayout ? [] : [`conformance:${step.id}`]), ...names];
	const usual = usualFlags(step, context, site);
	const bases = baseContexts(site, fill(context.dockerfile ?? '', site), step.build_args);
	const own = [
		...ownFlags(step, site),
		...outputs(exports, site),
		...contextFlags([...bases, ...(await namedContexts(step, site))]),
	];
	return {
		args: [...tags.flatMap(name => ['-t', name]), ...usual, ...own, ...(step.extra ?? []), context.place],
		cwd: context.cwd ?? site.folder,
		input: context.input,
		env: {...process.env, ...site.env, ...step.env},
		exports,
		tags,
		reference: {
			args: usual,
			folder: context.folder,
			bases,
			names,
			isUsual: context.folder !== undefined && !step.named_contexts && !step.platform,
		},
	};
}

/** `docker build -t`, as the record has it in one of two places. */
function tagsOf({tag, cli = []}) {
	return [tag, cli[cli.indexOf('-t') + 1]].filter(name => name && name !== 'build');
}
