import {checkedPaths} from '../context/virtual.ts';
import {isAttestations} from './attestations.ts';
import {isCacheFrom, isCacheTo, isMountsTo} from './cache-types.ts';
import type {BuildOptions} from './options.ts';
import {formTypes, isAnnotation, isOutput} from './output-types.ts';

/** What an option must be, as words and as a test. */
interface Rule {
	readonly must: string;
	readonly is: (value: unknown) => boolean;
}

const text: Rule = {must: 'a string', is: isString};
const flag: Rule = {must: 'true or false', is: value => typeof value === 'boolean'};
const texts: Rule = {must: 'a list of strings', is: value => Array.isArray(value) && value.every(isString)};
const textsByName: Rule = {must: 'an object of strings', is: value => isRecord(value, isString)};

const annotations: Rule = {
	must: 'a list of {key, value}, with on and platform if they are meant for less or more than the manifest',
	is: value => Array.isArray(value) && value.every(isAnnotation),
};

const rules: Readonly<Record<keyof BuildOptions, Rule>> = {
	context: {must: 'a folder, a file: URL or {files}', is: isContext},
	dockerfile: {must: 'a path or {text}', is: value => isString(value) || isText(value)},
	contexts: {
		must: 'an object of folders, oci-layout://DIR, docker-image://NAME or {files}',
		is: value => isRecord(value, context => isString(context) || isVirtual(context)),
	},
	from: text,
	ignoreFile: text,
	contextMode: {must: "'disk' or 'git'", is: value => value === 'disk' || value === 'git'},
	tags: texts,
	target: text,
	platforms: texts,
	buildArgs: textsByName,
	labels: textsByName,
	unset: {must: 'an object of lists: labels, volumes, ports', is: isUnset},
	env: textsByName,
	annotations,
	omitHistory: flag,
	sourceDateEpoch: {must: 'a whole number of seconds', is: value => Number.isSafeInteger(value) && Number(value) >= 0},
	fileTimes: {must: "'clamp', 'set' or 'keep'", is: value => ['clamp', 'set', 'keep'].includes(value as string)},
	outputs: {must: 'a list of outputs', is: value => Array.isArray(value) && value.every(isOutput)},
	...formTypes,
	attestations: {must: 'an object of sbom, provenance and artifact', is: isAttestations},
	provenanceRecord: {must: "'min' or 'max'", is: value => value === 'min' || value === 'max'},
	noCache: {must: 'true, false or a list of stages', is: value => flag.is(value) || texts.is(value)},
	pull: flag,
	cacheFrom: {must: 'a list of caches', is: value => Array.isArray(value) && value.every(isCacheFrom)},
	cacheTo: {must: 'a list of caches', is: value => Array.isArray(value) && value.every(isCacheTo)},
	cacheMountsFrom: {must: 'a list of caches', is: value => Array.isArray(value) && value.every(isCacheFrom)},
	cacheMountsTo: {must: 'a list of caches', is: value => Array.isArray(value) && value.every(isMountsTo)},
	registries: {must: 'an object of {tlsVerify, certDir, authFile}', is: isReach},
	network: {must: "'default', 'none' or 'host'", is: value => ['default', 'none', 'host'].includes(value as string)},
	allow: texts,
	secrets: {
		must: 'an object of strings, bytes or {file}',
		is: value => isRecord(value, secret => isString(secret) || secret instanceof Uint8Array || isFileName(secret)),
	},
	ssh: {must: 'an object of {socket} or {keys}', is: value => isRecord(value, isAgent)},
	hosts: {must: 'an object of addresses', is: value => isRecord(value, one => isString(one) || texts.is(one))},
	dns: {must: 'an object of lists: servers, search, options', is: isDns},
	shmSize: {must: 'a number of bytes', is: value => Number.isSafeInteger(value) && Number(value) >= 0},
	ulimits: {must: 'an object of numbers or {soft, hard}', is: value => isRecord(value, isLimit)},
	runtime: text,
	jobs: {must: 'a whole number above 0', is: value => Number.isInteger(value) && Number(value) > 0},
	root: text,
	signal: {must: 'an AbortSignal', is: value => value instanceof AbortSignal},
};

/** Throws a TypeError that names the first option of a wrong type, or that there is none of this name. */
export function checkTypes(options: BuildOptions): void {
	if (!isObject(options)) throw new TypeError(`\`options\` must be an object: got ${shown(options)}`);
	const unknown = Object.keys(options).find(name => !Object.hasOwn(rules, name));
	if (unknown !== undefined) throw new TypeError(`\`${unknown}\` is no option of a build`);
	for (const [name, {must, is}] of Object.entries(rules)) {
		const value = options[name as keyof BuildOptions];
		if (value === undefined && name !== 'context') continue;
		if (!is(value)) throw new TypeError(`\`${name}\` must be ${must}: got ${shown(value)}`);
	}
	for (const context of [options.context, ...Object.values(options.contexts ?? {})]) {
		if (isVirtual(context)) checkedPaths(context.files);
	}
}

function isContext(value: unknown): boolean {
	if (value instanceof URL) return value.protocol === 'file:';
	return isString(value) || isVirtual(value) || (isObject(value) && isString(value.archive));
}

function isVirtual(value: unknown): value is {readonly files: Readonly<Record<string, never>>} {
	return isObject(value) && isRecord(value.files, isFile);
}

function isFile(value: unknown): boolean {
	if (isContent(value)) return true;
	if (!isObject(value) || !isContent(value.data)) return false;
	return value.mode === undefined || Number.isInteger(value.mode);
}

function isContent(value: unknown): boolean {
	return isString(value) || value instanceof Uint8Array || typeof value === 'function';
}

function isText(value: unknown): boolean {
	return isObject(value) && isString(value.text) && (value.name === undefined || isString(value.name));
}

function isReach(value: unknown): boolean {
	const known: Readonly<Record<string, Rule>> = {tlsVerify: flag, certDir: text, authFile: text};
	return isObject(value) && Object.entries(value).every(([name, given]) => known[name]?.is(given) === true);
}

function isUnset(value: unknown): boolean {
	const known = ['labels', 'volumes', 'ports'];
	return isRecord(value, texts.is) && Object.keys(value as object).every(name => known.includes(name));
}

function isDns(value: unknown): boolean {
	const known = ['servers', 'search', 'options'];
	return isRecord(value, texts.is) && Object.keys(value as object).every(name => known.includes(name));
}

function isLimit(value: unknown): boolean {
	const isCount = (count: unknown) => Number.isSafeInteger(count) && Number(count) >= -1;
	return isCount(value) || (isObject(value) && isCount(value.soft) && isCount(value.hard));
}

function isFileName(value: unknown): boolean {
	return isObject(value) && isString(value.file);
}

function isAgent(value: unknown): boolean {
	return isObject(value) && (isString(value.socket) || texts.is(value.keys));
}

function isString(value: unknown): value is string {
	return typeof value === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null;
}

function isRecord(value: unknown, isValue: (value: unknown) => boolean): boolean {
	return isObject(value) && !Array.isArray(value) && Object.values(value).every(isValue);
}

/** Enough to recognise a value by; never the whole of an object, which may hold what is nobody's business. */
function shown(value: unknown): string {
	if (typeof value === 'string') return JSON.stringify(value);
	if (Array.isArray(value)) return 'a list';
	if (value instanceof URL) return value.href;
	return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
