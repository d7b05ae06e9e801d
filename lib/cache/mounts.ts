import {collect} from '../bytes.ts';
import type {BlobSource} from '../oci/blobs.ts';
import type {DiffID} from '../oci/digest.ts';
import type {Descriptor} from '../oci/image.ts';
import {isLayer} from '../oci/media-types.ts';
import {parseManifest} from '../oci/parse.ts';
import {type Document, document} from './format.ts';
import {blobOf, isObject, listOf, parseJson} from './parse.ts';
import type {CacheSource} from './place.ts';
import {noCache} from './read.ts';

/** The files of cache mounts (`RUN --mount=type=cache`), as the type of an artifact and of its config. */
export const mountsType = 'application/vnd.strata.cache-mounts.v1+json';

/** The files of one cache mount. */
export interface KeptMount {
	/** A hash of its id, and of what else makes it another cache. */
	readonly name: string;
	/** Milliseconds since the epoch when it was last used. */
	readonly used: number;
	/** Its files. */
	readonly diffID: DiffID;
	readonly descriptor: Descriptor;
}

export function mountsConfig(mounts: readonly KeptMount[]): Document {
	return document({version: 1, mounts: mounts.toSorted((one, other) => (one.name < other.name ? -1 : 1))}, mountsType);
}

/** Cache mounts of elsewhere. Their files are read when they are needed. */
export interface ReadMounts {
	readonly mounts: ReadonlyMap<string, KeptMount>;
	readonly blobs: BlobSource;
}

/** Bytes of a config: some 200,000 mounts. */
const largestConfig = 64 * 2 ** 20;

/** What a place has of cache mounts; undefined if there is nothing. Rejects with a StrataError if that is something else. */
export async function readMounts(source: CacheSource): Promise<ReadMounts | undefined> {
	const found = await source.resolve();
	if (!found) return undefined;
	const config = parseManifest(found.bytes)?.config;
	if (config?.mediaType !== mountsType || config.size > largestConfig) throw noCache(source.name);
	const mounts = parseMounts(await collect(source.open(config)));
	if (!mounts) throw noCache(source.name);
	return {mounts: new Map(mounts.map(mount => [mount.name, mount])), blobs: source};
}

/** Reads the bytes of a config, which anybody may have written; undefined if anything in it is not as strata writes it. */
export function parseMounts(bytes: Uint8Array): readonly KeptMount[] | undefined {
	const value = parseJson(bytes);
	return isObject(value) && value.version === 1 ? listOf(value.mounts, mountOf) : undefined;
}

function mountOf(value: unknown): KeptMount | undefined {
	if (!isObject(value) || typeof value.name !== 'string' || !/^[0-9a-f]{32}$/.test(value.name)) return undefined;
	const {name, used} = value;
	const layer = blobOf(value, isLayer);
	return layer && Number.isSafeInteger(used) && Number(used) >= 0 ? {name, used: Number(used), ...layer} : undefined;
}

/** The mounts that fit into so many bytes, those used last before others. */
export function newest(mounts: readonly KeptMount[], most: number): readonly KeptMount[] {
	let left = most;
	return mounts
		.toSorted((one, other) => other.used - one.used)
		.filter(({descriptor: {size}}) => {
			const fits = size <= left;
			if (fits) left -= size;
			return fits;
		});
}
