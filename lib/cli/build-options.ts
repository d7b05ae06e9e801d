import {UsageError} from '../errors.ts';
import type {BuildOptions} from '../index.ts';
import type {Arguments} from './command.ts';
import {outputs} from './output-flag.ts';
import {parseSecret, parseSsh} from './secret-flags.ts';
import {parseMemory} from './size.ts';

/** What a command line asks of the build, but for the context and the Dockerfile, which may come from stdin. */
export function buildOptions(args: Arguments, env: NodeJS.ProcessEnv): Omit<BuildOptions, 'context' | 'dockerfile'> {
	const [target, runtime, jobs, shmSize] = ['target', 'runtime', 'jobs', 'shm-size'].map(name => args.text(name));
	return {
		tags: args.texts('tag'),
		labels: Object.fromEntries(args.texts('label').map(text => splitPair(text, '='))),
		platforms: args.texts('platform').flatMap(list => list.split(',')),
		buildArgs: buildArgs(args.texts('build-arg'), env),
		contexts: Object.fromEntries(args.texts('build-context').map(namedContext)),
		outputs: outputs(args),
		noCache: args.has('no-cache') || args.texts('no-cache-filter').flatMap(list => list.split(',')),
		pull: args.has('pull'),
		network: networkMode(args.text('network')),
		secrets: Object.fromEntries(args.texts('secret').flatMap(text => secret(text, env))),
		ssh: Object.fromEntries(args.texts('ssh').map(text => parseSsh(text, env))),
		allow: args.texts('allow').flatMap(entitlements),
		hosts: grouped(args.texts('add-host').map(hostAddress)),
		dns: {servers: args.texts('dns'), search: args.texts('dns-search'), options: args.texts('dns-option')},
		ulimits: Object.fromEntries(args.texts('ulimit').map(ulimit)),
		...(target === undefined ? {} : {target}),
		...(runtime === undefined ? {} : {runtime}),
		...(shmSize === undefined ? {} : {shmSize: memory('--shm-size', shmSize)}),
		...(jobs === undefined ? {} : {jobs: wholeNumber('--jobs', jobs)}),
	};
}

/** `K` alone is taken from the environment, and not given where it is not there. SOURCE_DATE_EPOCH always is, as buildx does. */
function buildArgs(given: readonly string[], env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
	const named = given.flatMap(text => {
		if (text.startsWith('=')) throw badValue('--build-arg', text, 'NAME=value');
		if (text.includes('=')) return [splitPair(text, '=')];
		const value = env[text];
		return value === undefined ? [] : [[text, value] as const];
	});
	const epoch = env.SOURCE_DATE_EPOCH;
	return Object.fromEntries([...(epoch ? [['SOURCE_DATE_EPOCH', epoch] as const] : []), ...named]);
}

function secret(text: string, env: NodeJS.ProcessEnv) {
	const parsed = parseSecret(text, env);
	return parsed ? [parsed] : [];
}

function namedContext(text: string): readonly [string, string] {
	const [name, source] = splitPair(text, '=');
	if (name === '' || source === '') throw badValue('--build-context', text, 'assets=./assets');
	return [name, source];
}

/** One, or several with commas between; what follows `device=` has commas of its own. The build looks at the names. */
function entitlements(text: string) {
	return (text.startsWith('device=') ? [text] : text.split(',')) as NonNullable<BuildOptions['allow']>;
}

/** `db:10.0.0.7` or `db=10.0.0.7`; an IPv6 address may stand in brackets. */
function hostAddress(text: string): readonly [string, string] {
	const [name, address] = splitPair(text, text.includes('=') ? '=' : ':');
	if (name === '' || address === '') throw badValue('--add-host', text, 'db:10.0.0.7');
	return [name, address.replace(/^\[(.*)\]$/, '$1')];
}

/** A name that is given several addresses has all of them. */
function grouped(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, string | readonly string[]>> {
	const groups = new Map<string, string[]>();
	for (const [name, value] of pairs) groups.set(name, [...(groups.get(name) ?? []), value]);
	return Object.fromEntries(
		[...groups].map(([name, [first = '', ...more]]) => [name, more.length > 0 ? [first, ...more] : first]),
	);
}

/** `nofile=1024:4096`; one number is for both. */
function ulimit(text: string): readonly [string, number | {soft: number; hard: number}] {
	const [, name = '', soft, hard = soft] = /^([a-z]+)=(-1|\d{1,15})(?::(-1|\d{1,15}))?$/.exec(text) ?? [];
	if (soft === undefined || hard === undefined) throw badValue('--ulimit', text, 'nofile=1024:4096');
	return [name, soft === hard ? Number(soft) : {soft: Number(soft), hard: Number(hard)}];
}

function memory(flag: string, text: string): number {
	const bytes = parseMemory(text);
	if (bytes !== undefined) return bytes;
	throw badValue(flag, text, '128m');
}

function networkMode(mode = 'default'): 'default' | 'none' | 'host' {
	return mode === 'none' || mode === 'host' ? mode : 'default';
}

function wholeNumber(flag: string, text: string): number {
	if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
	throw badValue(flag, text, '4');
}

function splitPair(text: string, separator: string): readonly [string, string] {
	const at = text.indexOf(separator);
	return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function badValue(flag: string, value: string, example: string): UsageError {
	return new UsageError('FLAG_VALUE', `${flag} cannot be ${value}`, {help: [`as in: ${flag} ${example}`]});
}
