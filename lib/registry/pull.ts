import {collect} from '../bytes.ts';
import {UsageError} from '../errors.ts';
import {digestOf, hexOf} from '../oci/digest.ts';
import type {Descriptor} from '../oci/image.ts';
import {isIndex} from '../oci/media-types.ts';
import {parseConfig, parseIndex, parseManifest} from '../oci/parse.ts';
import {choosePlatform, formatPlatform, normalizePlatform, type Platform, satisfies} from '../oci/platform.ts';
import {canonicalName, familiarName, parseReference, type Reference} from '../oci/reference.ts';
import type {BaseRecord, Store} from '../store/store.ts';
import {type Base, completeBase, type KnownBase, readBase} from './base.ts';
import type {RegistryOptions} from './client.ts';
import {imageSource} from './image-source.ts';
import {firstFound, isShort, meanings} from './short-names.ts';

export interface ResolveOptions extends RegistryOptions {
	readonly store: Store;
	/** Ask the registry even if the store knows the name. */
	readonly pull?: boolean;
}

/**
 * What `name` stands for on `platform`: an image of the store that has this name, else what a registry said when it was
 * last asked, else what it says now. With `pull` the registry is asked in any case, but sends only what has changed.
 * Nobody is asked about a name with a digest that the store has: it cannot change.
 */
export async function resolveBase(name: string, platform: Platform, options: ResolveOptions): Promise<Base> {
	const reference = parseReference(name);
	if (!reference)
		throw new UsageError('BAD_REFERENCE', `${JSON.stringify(name)} is no name of an image`, {
			help: ['as in: debian:bookworm or registry.example.com/team/app:1.4'],
		});
	const {store, pull = false} = options;
	const place: Place = {platform, store};
	const known = pull ? undefined : await localImage(reference, place);
	if (known) return completeBase(imageSource(reference, options), known);
	if (!isShort(name) || recorded(canonicalName(reference), place)) return fromRegistry(reference, place, options);
	return firstFound(await meanings(name, options), one => fromRegistry(one, place, options));
}

/** What a registry says of a name now, or said when it was last asked. */
async function fromRegistry(reference: Reference, place: Place, options: ResolveOptions): Promise<Base> {
	const {store, pull = false} = options;
	const {platform} = place;
	const source = imageSource(reference, options);
	const before = recorded(source.name, place);
	const unchanged = before && (!pull || (await source.peek()) === before.resolved);
	const base = unchanged ? await completeBase(source, before) : await readBase(source, platform, store.blobs);
	if (pull || !unchanged) remember(base, place);
	return base;
}

/** The name of the record of what `name` stood for: safe as a file's name, whatever the length of both. */
export function baseRecordKey(name: string, platform: Platform): string {
	return hexOf(digestOf(`${name}@${formatPlatform(normalizePlatform(platform))}`));
}

interface Place {
	readonly platform: Platform;
	readonly store: Store;
}

/** The image of the store that has this name, or this digest whatever its name, if it is one for the platform. */
async function localImage(reference: Reference, {platform, store}: Place): Promise<KnownBase | undefined> {
	const {digest} = reference;
	const image = digest
		? store.images.list().find(({descriptor}) => descriptor.digest === digest)
		: store.images.find(familiarName(reference));
	const named = image?.descriptor;
	const descriptor = named && (await manifestFor(named, platform, store));
	if (!descriptor || !(await runsOn(descriptor, platform, store))) return undefined;
	return {descriptor, resolved: named.digest, platform, blobs: store.blobs};
}

async function manifestFor(named: Descriptor, platform: Platform, {blobs}: Store): Promise<Descriptor | undefined> {
	if (!isIndex(named.mediaType)) return named;
	if (!blobs.has(named.digest, named.size)) return undefined;
	return choosePlatform(parseIndex(await collect(blobs.open(named)))?.manifests ?? [], platform);
}

async function runsOn(descriptor: Descriptor, platform: Platform, {blobs}: Store): Promise<boolean> {
	if (!blobs.has(descriptor.digest, descriptor.size)) return false;
	const manifest = parseManifest(await collect(blobs.open(descriptor)));
	if (!manifest || !blobs.has(manifest.config.digest, manifest.config.size)) return false;
	const config = parseConfig(await collect(blobs.open(manifest.config)));
	return config !== undefined && satisfies({...platform, ...config}, platform);
}

/** What the name stood for when a registry was last asked, if its manifest is still in the store. */
function recorded(name: string, {platform, store}: Place): KnownBase | undefined {
	const record = store.records<BaseRecord>('bases').get(baseRecordKey(name, platform));
	if (!record || !store.blobs.has(record.descriptor.digest, record.descriptor.size)) return undefined;
	return {descriptor: record.descriptor, resolved: record.resolved, platform, blobs: store.blobs};
}

function remember({reference, descriptor, resolved}: Base, {platform, store}: Place): void {
	store.records<BaseRecord>('bases').put(baseRecordKey(reference, platform), {
		reference,
		platform: formatPlatform(normalizePlatform(platform)),
		descriptor,
		resolved,
		asked: Date.now(),
	});
}
