import {isDigest, parseDiffID} from '../oci/digest.ts';
import type {Descriptor} from '../oci/image.ts';
import {isLayer} from '../oci/media-types.ts';
import {parseConfig} from '../oci/parse.ts';
import type {StepRecord} from '../store/store.ts';
import {type CacheConfig, type CachedLayer, type CachedToc, inlineKey, tocType} from './format.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Names a file below the records of steps, so it is nothing but digits and one slash. */
const keyPattern = /^[0-9a-f]{64}\/[0-9a-f]{64}$/;
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
/** Characters of a text in a record, and number of fields: more than any step of ours has. */
const longestText = 2 ** 20;
const mostFields = 100;

/**
 * Reads the bytes of a cache's config, which anybody may have written. Undefined if anything in it is not as strata writes it.
 * What it answers has no field that it does not know.
 */
export function parseCacheConfig(bytes: Uint8Array): CacheConfig | undefined {
	const value = parseJson(bytes);
	const steps = stepsOf(value);
	if (!isObject(value) || !steps) return undefined;
	const layers = listOf(value.layers, layerOf);
	const tocs = listOf(value.tocs, tocOf);
	return layers && tocs && {version: 1, steps, layers, tocs};
}

/** The key of BuildKit's records in the config of an image. */
const foreignKey = 'moby.buildkit.cache.v0';

/**
 * Reads the records that the config of an image has besides, for the layers of its manifest: whoever copied the image may have compressed
 * them anew. Undefined if there are none that strata can read; `foreign` if BuildKit wrote some.
 */
export function parseInlineCache(
	bytes: Uint8Array,
	descriptors: readonly Descriptor[],
): CacheConfig | 'foreign' | undefined {
	const value = parseJson(bytes);
	const diffIDs = parseConfig(bytes)?.rootfs.diff_ids;
	if (!isObject(value) || diffIDs?.length !== descriptors.length) return undefined;
	const steps = stepsOf(value[inlineKey]);
	if (!steps) return foreignKey in value ? 'foreign' : undefined;
	const layers = diffIDs.map((diffID, at) => layerOf({diffID, descriptor: descriptors[at]}));
	return {version: 1, steps, layers: layers.flatMap(layer => layer ?? []), tocs: []};
}

function stepsOf(value: unknown): CacheConfig['steps'] | undefined {
	if (!isObject(value) || value.version !== 1 || !isObject(value.steps)) return undefined;
	const steps = Object.entries(value.steps).map(([key, step]) => [key, keyPattern.test(key) && stepOf(step)] as const);
	return steps.every(isWhole) ? Object.fromEntries(steps) : undefined;
}

function isWhole(step: readonly [string, StepRecord | false | undefined]): step is readonly [string, StepRecord] {
	return step[1] !== undefined && step[1] !== false;
}

function stepOf(value: unknown): StepRecord | undefined {
	if (!isObject(value) || value.version !== 1) return undefined;
	const {slot, fields, parent, created, layer, oneId} = value;
	if (!isSlot(slot) || !isDigests(fields) || !isText(parent) || !isDigest(parent)) return undefined;
	if (!isText(created) || !timePattern.test(created) || Number.isNaN(Date.parse(created))) return undefined;
	const made = layer === undefined ? undefined : madeOf(layer);
	if ((layer !== undefined && !made) || !(oneId === undefined || oneId === 'none' || oneId === 'refused'))
		return undefined;
	const {file, stage, label, text} = slot;
	return {
		version: 1,
		slot: {file, stage, label, text},
		fields,
		parent,
		created,
		...(made ? {layer: made} : {}),
		...(oneId ? {oneId} : {}),
	};
}

function isSlot(value: unknown): value is StepRecord['slot'] {
	return isObject(value) && [value.file, value.stage, value.label, value.text].every(isText);
}

function isDigests(value: unknown): value is StepRecord['fields'] {
	if (!isObject(value) || Object.keys(value).length > mostFields) return false;
	return Object.values(value).every(digest => isText(digest) && isDigest(digest));
}

function madeOf(value: unknown): StepRecord['layer'] {
	if (!isObject(value) || !isText(value.diffID) || !isText(value.content) || !isDigest(value.content)) return undefined;
	const diffID = parseDiffID(value.diffID);
	return diffID && {diffID, content: value.content};
}

function layerOf(value: unknown): CachedLayer | undefined {
	return blobOf(value, isLayer);
}

function tocOf(value: unknown): CachedToc | undefined {
	return blobOf(value, mediaType => mediaType === tocType);
}

/** A diffID and the descriptor of a blob of some kind. */
export function blobOf(value: unknown, isKind: (mediaType: string) => boolean): CachedLayer | undefined {
	if (!isObject(value) || !isText(value.diffID)) return undefined;
	const diffID = parseDiffID(value.diffID);
	const descriptor = descriptorOf(value.descriptor);
	return diffID && descriptor && isKind(descriptor.mediaType) ? {diffID, descriptor} : undefined;
}

function descriptorOf(value: unknown): Descriptor | undefined {
	if (!isObject(value) || !isText(value.mediaType) || !isText(value.digest) || !isDigest(value.digest))
		return undefined;
	const {mediaType, digest, size} = value;
	return Number.isSafeInteger(size) && Number(size) >= 0 ? {mediaType, digest, size: Number(size)} : undefined;
}

/** All of a list, or undefined. */
export function listOf<T>(value: unknown, itemOf: (item: unknown) => T | undefined): readonly T[] | undefined {
	if (!Array.isArray(value)) return undefined;
	const items = value.flatMap(item => itemOf(item) ?? []);
	return items.length === value.length ? items : undefined;
}

/** Undefined for what is no JSON. */
export function parseJson(bytes: Uint8Array): unknown {
	try {
		return JSON.parse(Buffer.from(bytes).toString('utf8'));
	} catch {
		return undefined;
	}
}

function isText(value: unknown): value is string {
	return typeof value === 'string' && value.length <= longestText;
}

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
