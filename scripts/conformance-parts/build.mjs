import {cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {baseContexts} from './bases.mjs';
import {writeEntries} from './contexts.mjs';
import {imageOf, treeOf} from './image.mjs';
import {difference, errorOf, later} from './outcomes.mjs';
import {capture} from './processes.mjs';
import {fill} from './templates.mjs';
import {writeTree} from './trees.mjs';

/** Attributes of BuildKit's frontend that are said in another way here, or say nothing new. */
const known =
	/^(build-arg:|context:|label:|context$|filename$|target$|platform$|no-cache$|source$|cmdline$|requestid$|frontend\.caps$|force-network-mode$)/;

/** Runs `strata build` for a step. What it made is named for the step in the case's store, and for all names of its exports. */
export async function buildStep(step, site) {
	const build = await described(step, site);
	const {args, exports} = build;
	const ended = await capture(
		process.execPath,
		[site.strata, '--root', site.root, 'build', '--progress', 'plain', ...args],
		{
			cwd: site.folder,
			env: build.env,
		},
	);
	const outcome = {...ended, ...build, failed: ended.status !== 0, unsupported: unsupported(ended.text)};
	site.builds.set(step.id, outcome);
	site.last = outcome;
	if (outcome.failed) {
		if (step.must_succeed) throwIfUnsupportedOrFailed(outcome);
		return;
	}
	outcome.image = imageOf(site.root, build.tags[0]);
	for (const name of build.tags) site.images.set(name, outcome.image);
	for (const one of exports) await deliver(one, outcome, site);
}

function throwIfUnsupportedOrFailed({unsupported: feature, text}) {
	if (feature) later(feature);
	difference(`the build fails: ${errorOf(text)}`);
}

/** What this release says that it has not. */
function unsupported(text) {
	const [, feature] = /this release has no (.+)|error: (unknown flag .+)/.exec(text) ?? [];
	return feature;
}

async function described(step, site) {
	refuseEarly(step);
	const context = await contextOf(step, site);
	const exports = exportsOf(step);
	const names = [...exports.flatMap(namesOf), ...(step.tag ? [step.tag] : [])].map(name => fill(name, site));
	const options = {...step.build_args};
	const namesLayout = exports.some(({type, attrs}) => type === 'oci' && attrs?.name);
	const tags = [...(namesLayout ? [] : [`conformance:${step.id}`]), ...names];
	const args = tags.flatMap(name => ['-t', name]);
	for (const [name, value] of Object.entries(options)) args.push('--build-arg', `${name}=${fill(value, site)}`);
	for (const [name, value] of Object.entries(step.labels ?? {})) args.push('--label', `${name}=${value}`);
	if (step.target) args.push('--target', step.target);
	if (step.platform) args.push('--platform', step.platform);
	if ('no-cache' in (step.attrs ?? {}) || step.no_cache !== undefined) args.push(...noCache(step));
	if (step.attrs?.['force-network-mode']) args.push('--network', step.attrs['force-network-mode']);
	for (const [name, source] of namedContexts(step, context, site)) args.push('--build-context', `${name}=${source}`);
	args.push(...outputs(exports, site), ...(step.flags ?? []).map(flag => flagOf(flag, site)));
	if (context.file) args.push('-f', context.file);
	return {args: [...args, context.folder], context, exports, tags, step, env: process.env};
}

/** What is known to be missing without asking. */
function refuseEarly(step) {
	if (step.unsupported) later(step.unsupported);
	if (step.subrequest) later('--call');
	if (step.via === 'gateway-request') later('--call');
	if (step.via === 'gateway-client-func') later("BuildKit's gateway API");
	if (step.secrets) later('--secret');
	if (step.ssh) later('--ssh');
	if (step.entitlements) later('entitlements');
	if (step.cache) later('--cache-to, --cache-from');
	if (step.special) later('remote contexts and contexts on stdin');
	if (step.platform?.includes(',')) later('several platforms');
	for (const name of Object.keys(step.attrs ?? {})) if (!known.test(name)) later(`the option ${name}`);
	if (step.attrs?.context) later('remote contexts');
}

async function contextOf(step, site) {
	if (step.context_entries) {
		const folder = join(site.folder, `${step.id}-context`);
		mkdirSync(folder);
		await writeEntries(folder, step.context_entries, site);
		if (step.dockerfile !== undefined && !step.context_entries.some(({path}) => path === 'Dockerfile')) {
			writeFileSync(join(folder, 'Dockerfile'), fill(step.dockerfile, site));
		}
		return {folder, dockerfile: step.dockerfile};
	}
	const folder =
		site.places.get(step.context ?? step.dockerfile_dir) ?? later('contexts that the corpus does not tell');
	const file = join(site.places.get(step.dockerfile_dir), step.filename ?? 'Dockerfile');
	const dockerfile = existsSync(file) ? readFileSync(file, 'utf8') : step.dockerfile;
	const isUsual = !step.filename && (step.dockerfile_dir === undefined || step.dockerfile_dir === step.context);
	return isUsual ? {folder, dockerfile} : {folder, dockerfile, file};
}

/** Exports as the record says them, or as the flags of buildctl do. */
function exportsOf({exports = [], extra_args: flags = ''}) {
	if (exports.length > 0) return exports;
	const [, type, rest] = /--output type=(\w+)(\S*)/.exec(flags) ?? [];
	if (type !== 'image') return [];
	const [, name] = /,name=([^,]*)/.exec(rest);
	return [{type, attrs: {name}}];
}

function namesOf({attrs}) {
	return attrs?.name?.split(',') ?? [];
}

function noCache({attrs, no_cache: all}) {
	const stages = attrs?.['no-cache'] ?? all;
	return stages ? later('--no-cache-filter') : ['--no-cache'];
}

/** Stand-ins of bases; what the case itself built, by its names; and what it calls contexts. */
function namedContexts(step, {dockerfile = ''}, site) {
	const own = [...site.images.values()].length > 0 ? [...site.images].map(([name, image]) => [name, image.source]) : [];
	const given = Object.entries(step.named_contexts ?? {}).map(([name, source]) => [
		name,
		namedContext(source, step, site),
	]);
	return new Map([...baseContexts(site, fill(dockerfile, site), step.build_args), ...own, ...given]);
}

function namedContext(source, {local_mounts: mounts = {}}, site) {
	const [scheme, rest] = source.split(/:(.*)/s);
	if (scheme === 'local') return site.places.get(mounts[rest]);
	if (scheme === 'oci-layout') return site.last.image.source;
	const name = fill(rest.replace(/^\/\//, ''), site);
	return site.images.get(name)?.source ?? `${scheme}://${name}`;
}

/** A flag, with the folder that it may name. */
function flagOf(flag, site) {
	return fill(flag, site).replace(/^(d\d+)\//, (_, id) => {
		if (!site.places.has(id)) site.places.set(id, mkdtempSync(join(site.folder, `${id}-`)));
		return `${site.places.get(id)}/`;
	});
}

/** What strata itself is to write. Folders and tars of files it does not write yet: they are made of the image. */
function outputs(exports, site) {
	return exports.flatMap(({type, dest, attrs = {}}) => {
		if (type !== 'oci') return [];
		const place = outputPlace(dest, site);
		return ['-o', `type=oci,dest=${place}${attrs.tar === 'false' ? ',tar=false' : ''}`];
	});
}

function outputPlace(dest, site) {
	const [id, path = ''] = dest.split(':');
	const folder = site.places.get(id);
	const place = folder ? join(folder, path) : join(site.folder, dest.replaceAll(/\W/g, '-'));
	site.places.set(dest, place);
	return place;
}

async function deliver({type, dest}, outcome, site) {
	if (type === 'local') writeTree(await treeOf(outcome.image), site.places.get(dest));
	if (type === 'tar') site.places.set(dest, outcome.image);
	if (type === 'oci') return copyLayout(dest, site);
}

/** Later steps of a case call a tar that went to a stream by its number too. */
function copyLayout(dest, site) {
	const place = site.places.get(dest);
	site.places.set(`${dest}#${site.builds.size + 2}`, place);
	if (dest === 'export-stream') cpSync(place, `${place}.copy`);
}
