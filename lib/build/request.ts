import {availableParallelism} from 'node:os';
import {fileURLToPath} from 'node:url';
import {UsageError} from '../errors.ts';
import {formatPlatform, hostPlatform, type Platform, parsePlatform} from '../oci/platform.ts';
import {familiarName, parseReference} from '../oci/reference.ts';
import type {ResourceLimit, RunJob} from '../runtime/job.ts';
import type {Dns} from '../runtime/resolv-conf.ts';
import {checkTypes} from './check-types.ts';
import {checkEntitlements, type Entitlement} from './entitlements.ts';
import {checkAddress, checkHosts} from './hosts.ts';
import type {ArchiveContext, BuildOptions, Output, VirtualContext} from './options.ts';
import {checkUlimits} from './ulimits.ts';

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
	/** Of stages, lower-cased names or indexes. */
	readonly noCache: boolean | readonly string[];
	readonly pull: boolean;
	readonly network: 'default' | 'none' | 'host';
	readonly allow: ReadonlySet<Entitlement>;
	readonly hosts: RunJob['hosts'];
	readonly dns: Dns;
	/** Bytes. */
	readonly shmSize: number | undefined;
	readonly ulimits: readonly ResourceLimit[];
	readonly secrets: NonNullable<BuildOptions['secrets']>;
	readonly ssh: NonNullable<BuildOptions['ssh']>;
	readonly runtime: string | undefined;
	readonly jobs: number;
	readonly root: string | undefined;
}

/** Checks options before anything is done: of a wrong type, TypeError; a value that cannot be used, UsageError. */
export function checkOptions(options: BuildOptions): Request {
	checkTypes(options);
	const {context} = options;
	return {
		context: context instanceof URL ? fileURLToPath(context) : context,
		dockerfile: options.dockerfile,
		contexts: options.contexts ?? {},
		names: (options.tags ?? []).map(checkName),
		target: options.target,
		platform: checkPlatform(options.platforms ?? []),
		buildArgs: withEpoch(options.buildArgs ?? {}),
		labels: options.labels ?? {},
		outputs: options.outputs ?? [],
		noCache: typeof options.noCache === 'object' ? options.noCache.map(lowerCased) : (options.noCache ?? false),
		pull: options.pull ?? false,
		network: options.network ?? 'default',
		allow: checkEntitlements([...(options.allow ?? []), ...(options.network === 'host' ? ['network.host'] : [])]),
		hosts: checkHosts(options.hosts ?? {}),
		dns: checkDns(options.dns ?? {}),
		shmSize: options.shmSize || undefined,
		ulimits: checkUlimits(options.ulimits ?? {}),
		secrets: options.secrets ?? {},
		ssh: options.ssh ?? {},
		runtime: options.runtime,
		jobs: options.jobs ?? availableParallelism(),
		root: options.root,
	};
}

function lowerCased(name: string): string {
	return name.toLowerCase();
}

/** SOURCE_DATE_EPOCH is the one build arg that the environment gives unasked, as with buildx. */
function withEpoch(buildArgs: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
	const {SOURCE_DATE_EPOCH: epoch} = process.env;
	return epoch ? {SOURCE_DATE_EPOCH: epoch, ...buildArgs} : buildArgs;
}

function checkDns({servers = [], search = [], options = []}: NonNullable<BuildOptions['dns']>): Dns {
	return {servers: servers.map(server => checkAddress('--dns', server, '10.0.0.53')), search, options};
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
