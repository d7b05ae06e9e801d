import {execFileSync} from 'node:child_process';
import {mkdtempSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {lacking} from './outcomes.mjs';
import {agentSocket} from './ssh-agent.mjs';
import {fill} from './templates.mjs';

/** Flags that every builder knows. */
export function usualFlags(step, {file}, site) {
	const pairs = (flag, record = {}) =>
		Object.entries(record).flatMap(([name, value]) => [flag, value === null ? name : `${name}=${fill(value, site)}`]);
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

/** A flag, with the folder that it may name. */
function flagOf(flag, site) {
	return fill(flag, site).replace(/^(d\d+)\//, (_, id) => {
		if (!site.places.has(id)) site.places.set(id, mkdtempSync(join(site.folder, `${id}-`)));
		return `${site.places.get(id)}/`;
	});
}

/** Flags that are said in another way elsewhere. */
export function ownFlags(step, site) {
	const {attrs = {}, no_cache: all} = step;
	return [
		...platforms(step, site),
		...('no-cache' in attrs || (all ?? false) !== false ? noCache(attrs['no-cache']) : []),
		...Object.entries(attrs).flatMap(([name, value]) => attribute(name, fill(value, site))),
		...allowed(step, site),
		...secrets(step, site),
		...agents(step, site),
		...cache(step, site),
	];
}

/** `os(version)/arch`, as BuildKit's clients write it. */
function platforms({platform}, site) {
	if (!platform) return [];
	const [, json] = /^platforms\.FormatAll\((\{.*\})\)$/.exec(platform) ?? [];
	if (!json) return ['--platform', fill(platform, site)];
	const {OS, OSVersion, Architecture, Variant} = JSON.parse(json);
	const os = OSVersion ? `${OS}(${OSVersion})` : OS;
	return ['--platform', [os, Architecture, Variant].filter(Boolean).join('/')];
}

function noCache(stages) {
	return stages ? ['--no-cache-filter', stages] : ['--no-cache'];
}

const repeated = {ulimit: '--ulimit', 'add-hosts': '--add-host'};
const single = {
	'cgroup-parent': '--cgroup-parent',
	'shm-size': '--shm-size',
	'force-network-mode': '--network',
};

/** Attributes that are said elsewhere in the record too, or tell a frontend how it was started. */
const silent =
	/^(build-arg:|context:|label:|(context|filename|target|platform|no-cache|source|cmdline|hostname|requestid|frontend\.caps)$)/;

/** The flags for an attribute of BuildKit's frontend. */
function attribute(name, value) {
	if (repeated[name])
		return value.split(',').flatMap(item => [repeated[name], item.replace('=', name === 'ulimit' ? '=' : ':')]);
	if (single[name]) return [single[name], value];
	if (name === 'cache-from') return ['--cache-from', value];
	if (name === 'image-resolve-mode') return value === 'pull' ? ['--pull'] : [];
	return silent.test(name) ? [] : lacking(`flag for the attribute ${name} of BuildKit's frontend`);
}

const entitlements = {NetworkHost: 'network.host', SecurityInsecure: 'security.insecure', Device: 'device'};

function allowed({entitlements: asked = []}, {mode}) {
	const names = asked.map(text => entitlements[/Entitlement(\w+)/.exec(text)?.[1]] ?? text);
	return mode === 'granted' ? names.flatMap(name => ['--allow', name]) : [];
}

function secrets({secrets: values = {}}, site) {
	return Object.entries(values).flatMap(([id, value]) => {
		const file = join(mkdtempSync(join(site.folder, 'secret-')), 'value');
		writeFileSync(file, fill(value, site));
		return ['--secret', `id=${id},src=${file}`];
	});
}

/** `sshprovider.NewSSHAgentProvider([{ID, Paths}, …])`: keys in files, or an agent. */
function agents({ssh}, site) {
	if (!ssh) return [];
	const [, json] = /^sshprovider\.NewSSHAgentProvider\((\[.*\])\)$/s.exec(ssh) ?? lacking(`SSH agent ${ssh}`);
	return JSON.parse(json).flatMap(({ID = 'default', Paths}) => {
		const paths = Paths?.map(path => keyPath(path, site)) ?? [agentSocket(site)];
		return ['--ssh', `${ID}=${paths.join(',')}`];
	});
}

function keyPath(
	{
		args: [
			{
				args: [number],
			},
			...parts
		],
	},
	{places},
) {
	return join(places.get(`d${number}`), ...parts);
}

function cache({cache: {export: to, import: from} = {}}, site) {
	const flags = (flag, text) =>
		(JSON.parse(text ?? 'null') ?? []).flatMap(({Type, Attrs: {$map: attributes}}) => {
			const pairs = Object.entries(attributes).map(([name, value]) => `${name}=${told(value, site)}`);
			return [flag, [`type=${Type}`, ...pairs].join(',')];
		});
	return [...flags('--cache-to', to), ...flags('--cache-from', from)];
}

/** A value of upstream's code as data: a text, or texts put together, one of them the address of a registry. */
function told(value, {registryOfCase}) {
	if (typeof value === 'string') return value;
	if (value.$sym === 'call:sb.NewRegistry') return registryOfCase;
	return value.args.map(part => told(part, {registryOfCase})).join('');
}

export function contextFlags(contexts) {
	return [...new Map(contexts)].flatMap(([name, source]) => ['--build-context', `${name}=${source}`]);
}

/** What the case itself built and no registry has, by its names, and what it calls contexts. */
export function namedContexts(step, site) {
	const own = [...site.images].filter(([name]) => !site.pushed.has(name)).map(([name, image]) => [name, image.source]);
	const given = Object.entries(step.named_contexts ?? {});
	return [...own, ...given.map(([name, source]) => [name, namedContext(source, step, site)])];
}

function namedContext(source, {local_mounts: mounts = {}, oci_stores: stores = {}}, site) {
	const [scheme, rest] = source.split(/:(.*)/s);
	if (scheme === 'local') return site.places.get(mounts[rest]);
	if (scheme === 'oci-layout') {
		const [, store, reference] = /^(\w+)(.*)$/s.exec(rest);
		return `oci-layout://${layoutOf(stores[store], site)}${fill(reference, site)}`;
	}
	return `${scheme}:${fill(rest, site)}`;
}

/** A folder that upstream's code unpacked the last exported tar into. */
function layoutOf(store, site) {
	const folder = site.places.get(/^local\.NewStore\((d\d+)\)$/.exec(store)?.[1]) ?? lacking(`store ${store}`);
	if (readdirSync(folder).length === 0) execFileSync('tar', ['-xf', site.places.get('export-stream'), '-C', folder]);
	return folder;
}
