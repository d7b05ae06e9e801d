import {cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {baseContexts} from './bases.mjs';
import {contextTime} from './compare.mjs';
import {resetTimes, writeEntries} from './contexts.mjs';
import {imageOf, treeOf} from './image.mjs';
import {subrequestStep} from './lint.mjs';
import {difference, errorOf, later} from './outcomes.mjs';
import {capture} from './processes.mjs';
import {compareWithReferences} from './references.mjs';
import {fill} from './templates.mjs';
import {writeTree} from './trees.mjs';

/** Attributes of BuildKit's frontend that are said in another way here, or say nothing new. */
const known =
	/^(build-arg:|context:|label:|context$|filename$|target$|platform$|no-cache$|source$|hostname$|ulimit$|cmdline$|requestid$|frontend\.caps$|force-network-mode$)/;

/** Runs `strata build` for a step. What it made is named for the step in the case's store, and for all names of its exports. */
export async function buildStep(step, site) {
	if (step.subrequest) return subrequestStep(step, await contextOf({...site.asking, ...step}, site), site);
	if (step.via === 'gateway-client-func' && site.asks) return startAsking(step, site);
	const build = await described(step, site);
	if (site.references.builders.length > 0) resetTimes(build.reference.folder, contextTime);
	const command = [site.strata, '--root', site.root, 'build', '--progress', 'plain', ...build.args];
	const ended = await capture(process.execPath, command, {cwd: site.folder});
	const outcome = {...ended, ...build, failed: ended.status !== 0, unsupported: unsupported(ended.text)};
	site.builds.set(step.id, outcome);
	site.last = outcome;
	if (outcome.failed) {
		if (step.must_succeed) throwIfUnsupportedOrFailed(outcome);
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

function throwIfUnsupportedOrFailed({unsupported: feature, text}) {
	if (feature) later(feature);
	difference(`the build fails: ${errorOf(text)}`);
}

/** What this release says that it has not. */
function unsupported(text) {
	const [, feature, flag] = /this release has no (.+)|error: (unknown flag .+)/.exec(text) ?? [];
	return feature ?? flag;
}

async function described(record, site) {
	const step = record.platform ? {...record, platform: fill(record.platform, site)} : record;
	refuseEarly(step);
	const context = await contextOf(step, site);
	const exports = exportsOf(step);
	const names = [...exports.flatMap(namesOf), ...tagsOf(step)].map(name => fill(name, site));
	const namesLayout = exports.some(({type, attrs}) => type === 'oci' && attrs?.name);
	const tags = [...(namesLayout ? [] : [`conformance:${step.id}`]), ...names];
	const usual = usualFlags(step, context, site);
	const bases = baseContexts(site, fill(context.dockerfile ?? '', site), step.build_args);
	const own = [
		...ownFlags(step),
		...allowed(step, site),
		...outputs(exports, site),
		...contextFlags([...bases, ...namedContexts(step, site)]),
	];
	return {
		args: [...tags.flatMap(name => ['-t', name]), ...usual, ...own, context.folder],
		exports,
		tags,
		reference: {args: usual, folder: context.folder, bases, names, isUsual: !step.named_contexts && !step.platform},
	};
}

/** Flags that every builder knows. */
function usualFlags(step, {file}, site) {
	const pairs = (flag, record = {}) =>
		Object.entries(record).flatMap(([name, value]) => [flag, `${name}=${fill(value, site)}`]);
	return [
		...pairs('--build-arg', {...hostname(step.attrs), ...step.build_args}),
		...pairs('--label', step.labels),
		...(step.target ? ['--target', step.target] : []),
		...(file ? ['-f', file] : []),
		...(step.flags ?? []).map(flag => flagOf(flag, site)),
	];
}

/** What the frontend calls an option, people say by a build arg. */
function hostname({hostname: name} = {}) {
	return name ? {BUILDKIT_SANDBOX_HOSTNAME: name} : {};
}

const entitlements = {NetworkHost: 'network.host', SecurityInsecure: 'security.insecure', Device: 'device'};

function allowed({entitlements: asked = []}, {mode}) {
	const names = asked.map(text => entitlements[/Entitlement(\w+)/.exec(text)?.[1]] ?? text);
	return mode === 'granted' ? names.flatMap(name => ['--allow', name]) : [];
}

/** Flags that are said in another way elsewhere. */
function ownFlags({platform, attrs = {}, no_cache: all}) {
	return [
		...(platform ? ['--platform', platform] : []),
		...('no-cache' in attrs || all !== undefined ? noCache(attrs['no-cache'] ?? all) : []),
		...(attrs.ulimit?.split(',').flatMap(limit => ['--ulimit', limit]) ?? []),
		...(attrs['force-network-mode'] ? ['--network', attrs['force-network-mode']] : []),
	];
}

function contextFlags(contexts) {
	return [...new Map(contexts)].flatMap(([name, source]) => ['--build-context', `${name}=${source}`]);
}

/** What is known to be missing without asking. */
function refuseEarly(step) {
	if (step.unsupported) later(step.unsupported);
	if (step.via === 'gateway-request') later('requests without a name');
	if (step.via === 'gateway-client-func') later("BuildKit's gateway API");
	if (step.secrets) later('--secret');
	if (step.ssh) later('--ssh');
	if (step.cache) later('--cache-to, --cache-from');
	if (step.special || step.flags?.includes('-')) later('remote contexts and contexts on stdin');
	if (/^(<buf|sprintf)/.test(step.dockerfile)) later('texts that upstream computes');
	if (step.platform?.includes(',')) later('several platforms');
	for (const name of Object.keys(step.attrs ?? {})) if (!known.test(name)) later(`the option ${name}`);
	if (step.attrs?.context) later('remote contexts');
}

async function contextOf(step, site) {
	if (step.context_entries) {
		const folder = join(site.folder, `${step.id}-context`);
		mkdirSync(folder, {recursive: true});
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

/** `docker build -t`, as the record has it in one of two places. */
function tagsOf({tag, cli = []}) {
	return [tag, cli[cli.indexOf('-t') + 1]].filter(name => name && name !== 'build');
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

function noCache(stages) {
	return stages ? later('--no-cache-filter') : ['--no-cache'];
}

/** What the case itself built, by its names, and what it calls contexts. */
function namedContexts(step, site) {
	const own = [...site.images].map(([name, image]) => [name, image.source]);
	const given = Object.entries(step.named_contexts ?? {});
	return [...own, ...given.map(([name, source]) => [name, namedContext(source, step, site)])];
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
