import {availableParallelism} from 'node:os';
import {fileURLToPath} from 'node:url';
import {UsageError} from '../errors.ts';
import {formatPlatform, hostPlatform, type Platform, parsePlatform} from '../oci/platform.ts';
import {familiarName, parseReference} from '../oci/reference.ts';
import type {ArchiveContext, BuildOptions, Output, VirtualContext} from './options.ts';

/** Build options, checked and with their defaults filled in. */
export interface Request {
	readonly context: string | VirtualContext | ArchiveContext;
	readonly dockerfile: BuildOptions['dockerfile'];
	readonly contexts: Readonly<Record<string, string | VirtualContext>>;
	/** Familiar names with their tags: `redis:latest`. */
	readonly names: readonly string[];
	readonly target: string | undefined;
	readonly platform: Platform;
	readonly buildArgs: Readonly<Record<string, string>>;
	readonly labels: Readonly<Record<string, string>>;
	readonly outputs: readonly Output[];
	readonly noCache: boolean;
	readonly pull: boolean;
	readonly network: 'default' | 'none' | 'host';
	readonly hosts: readonly {readonly name: string; readonly address: string}[];
	readonly runtime: string | undefined;
	readonly jobs: number;
	readonly root: string | undefined;
	readonly epoch: number | undefined;
}

/** Checks options before anything is done: of a wrong type, TypeError; a value that cannot be used, UsageError. */
export function checkOptions(options: BuildOptions): Request {
	const buildArgs = stringRecord('buildArgs', options.buildArgs);
	return {
		context: checkContext(options.context),
		dockerfile: options.dockerfile,
		contexts: options.contexts ?? {},
		names: list('tags', options.tags).map(checkName),
		target: options.target,
		platform: checkPlatform(list('platforms', options.platforms)),
		buildArgs,
		labels: stringRecord('labels', options.labels),
		outputs: options.outputs ?? [],
		noCache: options.noCache ?? false,
		pull: options.pull ?? false,
		network: checkNetwork(options.network),
		hosts: Object.entries(stringRecord('hosts', options.hosts)).map(([name, address]) => ({name, address})),
		runtime: options.runtime,
		jobs: checkJobs(options.jobs),
		root: options.root,
		epoch: checkEpoch(buildArgs.SOURCE_DATE_EPOCH ?? process.env.SOURCE_DATE_EPOCH),
	};
}

function checkContext(context: BuildOptions['context']): Request['context'] {
	if (typeof context === 'string') return context;
	if (context instanceof URL) {
		if (context.protocol === 'file:') return fileURLToPath(context);
		throw new TypeError(`\`context\` must be a folder, a file: URL or files: got ${context}`);
	}
	if (typeof context === 'object' && context !== null && ('files' in context || 'archive' in context)) return context;
	throw new TypeError(`\`context\` must be a folder, a file: URL or files: got ${typeof context}`);
}

function checkName(tag: string): string {
	const reference = parseReference(tag);
	if (!reference || reference.digest) {
		throw new UsageError('BAD_NAME', `${tag || 'an empty name'} cannot name an image`, {
			help: ['lower case, with an optional tag: -t team/app:1.4'],
		});
	}
	return familiarName(reference);
}

function checkPlatform(platforms: readonly string[]): Platform {
	if (platforms.length > 1) {
		throw new UsageError('ONE_PLATFORM', 'this release builds one platform at a time', {
			notes: [`asked for: ${platforms.join(', ')}`],
			help: [`build them one by one: --platform ${platforms[0]}`],
		});
	}
	const [text] = platforms;
	if (text === undefined) return hostPlatform();
	const platform = parsePlatform(text);
	if (platform) return platform;
	throw new UsageError('BAD_PLATFORM', `${text || 'an empty text'} is no platform`, {
		help: [`as in: --platform ${formatPlatform(hostPlatform())}`],
	});
}

function checkNetwork(network: BuildOptions['network'] = 'default'): Request['network'] {
	if (network === 'default' || network === 'none' || network === 'host') return network;
	throw new TypeError(`\`network\` must be 'default', 'none' or 'host': got ${JSON.stringify(network)}`);
}

function checkJobs(jobs: number | undefined): number {
	if (jobs === undefined) return availableParallelism();
	if (Number.isInteger(jobs) && jobs > 0) return jobs;
	throw new TypeError(`\`jobs\` must be a whole number above 0: got ${jobs}`);
}

/** https://reproducible-builds.org/specs/source-date-epoch/ */
function checkEpoch(text: string | undefined): number | undefined {
	if (text === undefined || text === '') return undefined;
	if (/^\d{1,12}$/.test(text)) return Number(text);
	throw new UsageError('BAD_EPOCH', `SOURCE_DATE_EPOCH is no number of seconds: ${text}`, {
		help: ['as in: SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)'],
	});
}

function list(option: string, value: readonly string[] | undefined): readonly string[] {
	if (value === undefined) return [];
	if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value;
	throw new TypeError(`\`${option}\` must be a list of strings`);
}

function stringRecord(option: string, value: Readonly<Record<string, string>> | undefined) {
	if (value === undefined) return {};
	const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
	if (isRecord && Object.values(value).every(item => typeof item === 'string')) return value;
	throw new TypeError(`\`${option}\` must map names to strings`);
}
