import type {BuildOptions} from '../index.ts';
import {parseAnnotation} from './annotation-flag.ts';
import {attestations} from './attest-flags.ts';
import {parseCacheFrom, parseCacheTo, parseMountsTo} from './cache-flags.ts';
import type {Arguments} from './command.ts';
import {badValue, splitPair} from './flag-value.ts';
import {imageForm} from './form-flags.ts';
import {hostsOf} from './host-flag.ts';
import {provenanceMode} from './metadata.ts';
import {outputs} from './output-flag.ts';
import {reachOf} from './reach-flags.ts';
import {parseSecret, parseSsh} from './secret-flags.ts';
import {parseMemory} from './size.ts';
import {timeOptions} from './time-flags.ts';
import {unsetOf} from './unset-flag.ts';

/** What a command line asks of the build, but for the context and the Dockerfile, which may come from stdin. */
export function buildOptions(args: Arguments, env: NodeJS.ProcessEnv): Omit<BuildOptions, 'context' | 'dockerfile'> {
	const [target, runtime, jobs, shmSize] = ['target', 'runtime', 'jobs', 'shm-size'].map(name => args.text(name));
	const [from, ignoreFile] = ['from', 'ignorefile'].map(name => args.text(name));
	const provenanceRecord = args.text('metadata-file') === undefined ? undefined : provenanceMode(env);
	return {
		tags: args.texts('tag'),
		labels: Object.fromEntries(args.texts('label').map(text => splitPair(text, '='))),
		annotations: args.texts('annotation').flatMap(parseAnnotation),
		omitHistory: args.has('omit-history'),
		env: Object.fromEntries(variables('--env', args.texts('env'), env)),
		platforms: args.texts('platform').flatMap(list => list.split(',')),
		buildArgs: buildArgs(args.texts('build-arg'), env),
		contexts: Object.fromEntries(args.texts('build-context').map(namedContext)),
		...(args.text('context-mode') === 'git' ? {contextMode: 'git'} : {}),
		outputs: outputs(args),
		attestations: attestations(args),
		noCache: args.has('no-cache') || args.texts('no-cache-filter').flatMap(list => list.split(',')),
		pull: args.has('pull'),
		cacheFrom: args.texts('cache-from').map(text => parseCacheFrom(text)),
		cacheTo: args.texts('cache-to').map(parseCacheTo),
		cacheMountsFrom: args.texts('cache-mounts-from').map(text => parseCacheFrom(text, '--cache-mounts-from')),
		cacheMountsTo: args.texts('cache-mounts-to').map(parseMountsTo),
		registries: reachOf(args),
		network: networkMode(args.text('network')),
		secrets: Object.fromEntries(args.texts('secret').flatMap(text => secret(text, env))),
		ssh: Object.fromEntries(args.texts('ssh').map(text => parseSsh(text, env))),
		allow: args.texts('allow').flatMap(entitlements),
		hosts: hostsOf(args),
		dns: {servers: args.texts('dns'), search: args.texts('dns-search'), options: args.texts('dns-option')},
		ulimits: Object.fromEntries(args.texts('ulimit').map(ulimit)),
		...(provenanceRecord === undefined ? {} : {provenanceRecord}),
		...imageForm(args),
		...timeOptions(args),
		...unsetOf(args),
		...(from === undefined ? {} : {from}),
		...(ignoreFile === undefined ? {} : {ignoreFile}),
		...(target === undefined ? {} : {target}),
		...(runtime === undefined ? {} : {runtime}),
		...(shmSize === undefined ? {} : {shmSize: memory('--shm-size', shmSize)}),
		...(jobs === undefined ? {} : {jobs: wholeNumber('--jobs', jobs)}),
	};
}

/** `K` alone is taken from the environment, and not given where it is not there. SOURCE_DATE_EPOCH always is, as buildx does. */
function buildArgs(given: readonly string[], env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
	const named = variables('--build-arg', given, env);
	const epoch = env.SOURCE_DATE_EPOCH;
	return Object.fromEntries([...(epoch ? [['SOURCE_DATE_EPOCH', epoch] as const] : []), ...named]);
}

/** `K=V`, or `K` alone with its value in the environment. */
function variables(
	flag: string,
	given: readonly string[],
	env: NodeJS.ProcessEnv,
): readonly (readonly [string, string])[] {
	return given.flatMap(text => {
		if (text.startsWith('=')) throw badValue(flag, text, 'NAME=value');
		if (text.includes('=')) return [splitPair(text, '=')];
		const value = env[text];
		return value === undefined ? [] : [[text, value] as const];
	});
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
