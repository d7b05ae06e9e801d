import {annotatable} from '../image/annotations.ts';
import type {Output} from './options.ts';

type Test = (value: unknown) => boolean;

/** Whether a value is an output of a build: its type's fields and no others. */
export function isOutput(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	const {type, ...fields} = value as Readonly<Record<string, unknown>>;
	if (!isType(type)) return false;
	const rules: Readonly<Record<string, Test>> = {...types[type], ...common};
	const known = Object.entries(rules).every(([name, test]) => test(fields[name]));
	return known && Object.keys(fields).every(name => Object.hasOwn(rules, name));
}

/** Whether a value is an annotation. */
export function isAnnotation(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	const {key, value: said, on, platform} = value as Readonly<Record<string, unknown>>;
	const isPlace = on === undefined || annotatable.some(place => place === on);
	return text(key) && text(said) && isPlace && optional(text)(platform);
}

const text: Test = value => typeof value === 'string';
const flag: Test = value => typeof value === 'boolean';
const listOf = (test: Test) => (value: unknown) => Array.isArray(value) && value.every(test);
const optional = (test: Test) => (value: unknown) => value === undefined || test(value);

const common = {
	annotations: optional(listOf(isAnnotation)),
	rewriteTimestamp: optional(flag),
	ociArtifact: optional(flag),
};

const compressions: readonly unknown[] = ['gzip', 'zstd', 'estargz', 'uncompressed'];

/** What the form of an image may say. */
export const formTypes = {
	mediaTypes: {must: "'oci' or 'docker'", is: (value: unknown) => value === 'oci' || value === 'docker'},
	compression: {
		must: "'gzip', 'zstd', 'estargz' or 'uncompressed'",
		is: (value: unknown) => compressions.includes(value),
	},
	compressionLevel: {must: 'a whole number', is: (value: unknown) => Number.isInteger(value)},
	forceCompression: {must: 'true or false', is: flag},
};

const ofForm = Object.fromEntries(Object.entries(formTypes).map(([name, {is}]) => [name, optional(is)]));
const image = {names: optional(listOf(text)), ...ofForm};

const types: Readonly<Record<Output['type'], Readonly<Record<string, Test>>>> = {
	oci: {dest: text, tar: optional(flag), ...image},
	docker: {dest: text, ...image},
	load: {},
	local: {dest: text, mode: optional(value => value === 'copy' || value === 'delete'), split: optional(flag)},
	tar: {dest: text, split: optional(flag)},
	store: {},
	cacheonly: {},
	manifest: {name: text},
	registry: {...image, byDigest: optional(flag), canonical: optional(flag), insecure: optional(flag)},
};

function isType(value: unknown): value is Output['type'] {
	return typeof value === 'string' && Object.hasOwn(types, value);
}
