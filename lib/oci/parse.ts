import {isDigest, parseDiffID} from './digest.ts';
import type {Descriptor, ImageConfig, Index, Manifest} from './image.ts';
import {isIndex, isManifest} from './media-types.ts';

/** A config as registries have them: `os` and `architecture` are required by the specification, and missing in some. */
export type StoredConfig = Omit<ImageConfig, 'os' | 'architecture'> & Partial<Pick<ImageConfig, 'os' | 'architecture'>>;

/** Reads the bytes of an image's manifest; undefined if they are something else. */
export function parseManifest(bytes: Uint8Array): Manifest | undefined {
	const value = parseObject(bytes);
	if (value?.schemaVersion !== 2 || 'manifests' in value) return undefined;
	if (typeof value.mediaType === 'string' && !isManifest(value.mediaType)) return undefined;
	return isDescriptor(value.config) && isDescriptors(value.layers) ? (value as unknown as Manifest) : undefined;
}

/** Reads the bytes of an index or manifest list; undefined if they are something else. */
export function parseIndex(bytes: Uint8Array): Index | undefined {
	const value = parseObject(bytes);
	// a document with layers and manifests would mean different images to different readers (CVE-2021-41190)
	if (value?.schemaVersion !== 2 || 'layers' in value || 'config' in value) return undefined;
	if (typeof value.mediaType === 'string' && !isIndex(value.mediaType)) return undefined;
	return isDescriptors(value.manifests) ? (value as unknown as Index) : undefined;
}

/** Reads the bytes of an image's config; undefined if they are something else. */
export function parseConfig(bytes: Uint8Array): StoredConfig | undefined {
	const value = parseObject(bytes);
	const ids: unknown = isObject(value?.rootfs) ? value.rootfs.diff_ids : undefined;
	const whole = Array.isArray(ids) && ids.every(id => typeof id === 'string' && parseDiffID(id) !== undefined);
	const history = historyIn(value);
	return whole && history ? ({...value, ...history} as unknown as StoredConfig) : undefined;
}

/** What a config has of a history, with nothing where it says null, as Go reads it; undefined if that is none. */
function historyIn(config: Record<string, unknown> | undefined): {readonly history?: readonly object[]} | undefined {
	const history = config?.history;
	if (history === undefined) return {};
	if (history === null) return {history: []};
	const entries: readonly unknown[] | undefined = Array.isArray(history) ? history.map(withoutNulls) : undefined;
	return entries?.every(isHistory) ? {history: entries} : undefined;
}

function withoutNulls(entry: unknown): unknown {
	if (entry !== null && !isObject(entry)) return entry;
	return Object.fromEntries(Object.entries(entry ?? {}).filter(([, value]) => value !== null));
}

function isHistory(value: unknown): value is object {
	if (!isObject(value)) return false;
	return [value.created, value.created_by].every(text => text === undefined || typeof text === 'string');
}

function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDescriptors(value: unknown): value is Descriptor[] {
	return Array.isArray(value) && value.every(isDescriptor);
}

function isDescriptor(value: unknown): value is Descriptor {
	if (!isObject(value) || typeof value.mediaType !== 'string') return false;
	const sized = Number.isSafeInteger(value.size) && Number(value.size) >= 0;
	return sized && typeof value.digest === 'string' && isDigest(value.digest);
}
