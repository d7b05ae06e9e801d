import {availableParallelism} from 'node:os';
import {fileURLToPath} from 'node:url';
import {UsageError} from '../errors.ts';
import {refuseForeignOnly} from '../export/docker-archive.ts';
import {checkForm, formOf, type ImageForm} from '../export/form.ts';
import type {LayerForm} from '../export/recompressed.ts';
import type {Annotation} from '../image/annotations.ts';
import type {Unset} from '../image/unset.ts';
import {formatPlatform, formatWithVersion, hostPlatform, type Platform, parsePlatform} from '../oci/platform.ts';
import {familiarName, parseReference} from '../oci/reference.ts';
import {checkAddress, checkHosts} from '../runtime/hosts.ts';
import type {ResourceLimit, RunJob} from '../runtime/job.ts';
import type {Dns} from '../runtime/resolv-conf.ts';
import {checkAnnotations, type Standing} from './annotations.ts';
import {type AskedAttestations, checkAttestations} from './attestations.ts';
import {checkNames, checkTargets} from './cache-names.ts';
import type {CacheFrom, CacheTo, MountsTo} from './cache-options.ts';
import {checkTypes} from './check-types.ts';
import {checkEntitlements, type Entitlement} from './entitlements.ts';
import type {ArchiveContext, BuildOptions, Output, VirtualContext} from './options.ts';
import {type Push, pushes} from './push.ts';
import {checkUlimits} from './ulimits.ts';

/** An output as it is done: pushes one by one. */
export type RequestedOutput = Exclude<Output, {readonly type: 'registry'}> | Push;

/** Build options, checked and with their defaults filled in. */
export interface Request {
	readonly context: string | VirtualContext | ArchiveContext;
	readonly dockerfile: BuildOptions['dockerfile'];
	readonly contexts: Readonly<Record<string, string | VirtualContext>>;
	readonly contextMode: 'disk' | 'git';
	readonly from: string | undefined;
	readonly ignoreFile: string | undefined;
	/** Familiar names with their tags: `redis:latest`. */
	readonly names: readonly string[];
	readonly target: string | undefined;
	readonly platforms: readonly [Platform, ...Platform[]];
	/** Whether the image is an index: of several platforms it always is. */
	readonly isIndex: boolean;
	/** Whether the files of each platform go to a folder of their own, where an output does not say it. */
	readonly isSplit: boolean;
	readonly buildArgs: Readonly<Record<string, string>>;
	readonly labels: Readonly<Record<string, string>>;
	readonly unset: Unset;
	readonly env: Readonly<Record<string, string>>;
	readonly annotations: readonly Annotation[];
	readonly omitHistory: boolean;
	readonly fileTimes: 'clamp' | 'set' | 'keep';
	readonly outputs: readonly RequestedOutput[];
	/** Of the layers, in the store too. */
	readonly form: LayerForm;
	/** Of what leaves the store, which itself is an OCI layout. */
	readonly mediaTypes: Pick<ImageForm, 'mediaTypes'>;
	/** undefined: nothing is stated, and what it takes is not even loaded. */
	readonly attestations: AskedAttestations | undefined;
	readonly provenanceRecord: BuildOptions['provenanceRecord'];
	/** Of stages, lower-cased names or indexes. */
	readonly noCache: boolean | readonly string[];
	readonly pull: boolean;
	readonly cacheFrom: readonly CacheFrom[];
	readonly cacheTo: readonly CacheTo[];
	readonly cacheMountsFrom: readonly CacheFrom[];
	readonly cacheMountsTo: readonly MountsTo[];
	readonly registries: NonNullable<BuildOptions['registries']>;
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
	const names = (options.tags ?? []).map(checkName);
	const platforms = checkPlatforms(options.platforms ?? []);
	const {mediaTypes: types, ...form} = checkForm(formOf(options));
	const mediaTypes = types ? {mediaTypes: types} : {};
	const attestations = checkAttestations(options.attestations ?? {}, options.outputs ?? []);
	const isSplit = platforms.length > 1 || isOn(options.buildArgs?.BUILDKIT_MULTI_PLATFORM);
	const hasIndex = isSplit || attestations !== undefined;
	if (options.outputs?.some(({type}) => type === 'docker' || type === 'load')) refuseForeignOnly(platforms);
	return {
		context: context instanceof URL ? fileURLToPath(context) : context,
		dockerfile: options.dockerfile,
		contexts: options.contexts ?? {},
		contextMode: options.contextMode ?? 'disk',
		from: checkFrom(options.from),
		ignoreFile: options.ignoreFile,
		names,
		target: options.target,
		platforms,
		isIndex: hasIndex,
		isSplit,
		buildArgs: withEpoch(options),
		labels: options.labels ?? {},
		unset: options.unset ?? {},
		env: options.env ?? {},
		annotations: checkAnnotations(options.annotations ?? [], {hasIndex, platforms}),
		omitHistory: options.omitHistory ?? false,
		fileTimes: chooseFileTimes(options),
		outputs: (options.outputs ?? []).flatMap(output =>
			requested(checkOutput(output, {hasIndex, platforms, mediaTypes}), names),
		),
		form,
		mediaTypes,
		attestations,
		provenanceRecord: options.provenanceRecord,
		noCache: typeof options.noCache === 'object' ? options.noCache.map(lowerCased) : (options.noCache ?? false),
		pull: options.pull ?? false,
		cacheFrom: checkNames(options.cacheFrom ?? []),
		cacheTo: checkTargets(options.cacheTo ?? []),
		cacheMountsFrom: checkNames(options.cacheMountsFrom ?? []),
		cacheMountsTo: checkTargets(options.cacheMountsTo ?? []),
		registries: options.registries ?? {},
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
function withEpoch({buildArgs = {}, sourceDateEpoch}: BuildOptions): Readonly<Record<string, string>> {
	if (sourceDateEpoch !== undefined) return {...buildArgs, SOURCE_DATE_EPOCH: String(sourceDateEpoch)};
	const {SOURCE_DATE_EPOCH: epoch} = process.env;
	return epoch ? {SOURCE_DATE_EPOCH: epoch, ...buildArgs} : buildArgs;
}

/** Said by the build or by its outputs; they have to agree. */
function chooseFileTimes({fileTimes, outputs = []}: BuildOptions): Request['fileTimes'] {
	const said = outputs.flatMap(({rewriteTimestamp: rewrite}) =>
		rewrite === undefined ? [] : [rewrite ? ('clamp' as const) : ('keep' as const)],
	);
	const [chosen = 'clamp', ...others] = new Set(fileTimes === undefined ? said : [fileTimes, ...said]);
	if (others.length === 0) return chosen;
	throw new UsageError(
		'FILE_TIMES',
		`the times of files cannot be both ${chosen} and ${others[0]}: all outputs have the same layers`,
		{help: ['for outputs that differ, build twice', 'or say it once, for all: --rewrite-timestamp']},
	);
}

function checkDns({servers = [], search = [], options = []}: NonNullable<BuildOptions['dns']>): Dns {
	return {servers: servers.map(server => checkAddress('--dns', server, '10.0.0.53')), search, options};
}

function checkFrom(from: string | undefined): string | undefined {
	if (from === undefined || parseReference(from)) return from;
	throw new UsageError('BAD_REFERENCE', `${from || 'an empty text'} is no name of an image`, {
		help: ['as in: --from debian:bookworm'],
	});
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

function checkOutput(output: Output, about: Standing & {readonly mediaTypes: Request['mediaTypes']}): Output {
	const annotations = checkAnnotations(output.annotations ?? [], about);
	if (output.type === 'manifest') return {...output, annotations, name: checkName(output.name)};
	if (output.type !== 'oci' && output.type !== 'docker' && output.type !== 'registry') return {...output, annotations};
	checkForm({...about.mediaTypes, ...formOf(output)});
	return {...output, annotations, ...(output.names ? {names: output.names.map(checkName)} : {})};
}

function requested(output: Output, names: readonly string[]): readonly RequestedOutput[] {
	return output.type === 'registry' ? pushes(output, names) : [output];
}

/** Each platform once, in the order given; none is this machine's. */
function checkPlatforms(texts: readonly string[]): readonly [Platform, ...Platform[]] {
	const platforms = texts.map(checkPlatform);
	const [first = hostPlatform(), ...others] = new Map(
		platforms.map(platform => [formatWithVersion(platform), platform]),
	).values();
	return [first, ...others];
}

function checkPlatform(text: string): Platform {
	const platform = parsePlatform(text);
	if (platform) return platform;
	throw new UsageError('BAD_PLATFORM', `${text || 'an empty text'} is no platform`, {
		help: [`as in: --platform ${formatPlatform(hostPlatform())}`],
	});
}

/** Whether a switch that is a build arg is on, as BuildKit reads it (SURFACE ARG-7). */
export function isOn(value = ''): boolean {
	return /^(?:1|t|true)$/i.test(value);
}
