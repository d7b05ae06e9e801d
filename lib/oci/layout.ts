import {isDeepStrictEqual} from 'node:util';
import type {Digest} from './digest.ts';
import type {Descriptor, Index} from './image.ts';
import {ociIndex} from './media-types.ts';

/** The content of the file `oci-layout`. https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
export const layoutVersion = {imageLayoutVersion: '1.0.0'} as const;

/** Names a manifest in `index.json`. https://github.com/opencontainers/image-spec/blob/main/annotations.md */
export const refName = 'org.opencontainers.image.ref.name';

/** What containerd, docker and podman call an image that they import from a layout. */
export const imageName = 'io.containerd.image.name';

/** When an entry of `index.json` got its name, in ISO 8601: ours, so that images can be shown newest first. */
export const taggedAt = 'build.strata.tagged';

/** Says of an entry of `index.json` that a step which failed left its image: ours, so that it can go without being asked for. */
const leftByFailure = 'build.strata.failed';

/** An `index.json` that names nothing. */
export const emptyIndex: Index = {schemaVersion: 2, mediaType: ociIndex, manifests: []};

/** The name that an entry of `index.json` has, if any. */
export function nameOf(entry: Descriptor): string | undefined {
	return entry.annotations?.[refName];
}

export function isLeftByFailure({annotations}: Descriptor): boolean {
	return annotations?.[leftByFailure] !== undefined;
}

/** An entry of `index.json` without what only the index says of it: its name, when it got it, and after what. */
export function descriptorOf(entry: Descriptor): Descriptor {
	const {annotations = {}, ...bare} = entry;
	const {[refName]: _, [taggedAt]: __, [leftByFailure]: ___, ...others} = annotations;
	return Object.keys(others).length === 0 ? bare : {...bare, annotations: others};
}

/** What an entry gets. */
export interface Tag {
	readonly name?: string;
	readonly at: Date;
	/** A step that failed left the image. */
	readonly failed?: boolean;
}

/**
 * `index` with `name` given to `descriptor`. Whoever had the name keeps its place without it, unless it has another
 * name. Tagging again what has the name already changes nothing, not even the time. Entries and fields that are not
 * ours stay as they are.
 */
export function withTag(index: Index, descriptor: Descriptor, tag: Tag): Index {
	const {name, failed = false} = tag;
	const there = index.manifests.some(
		entry => entry.digest === descriptor.digest && (name === undefined || isNamedSo(entry, descriptor, name)),
	);
	if (there) return index;
	const others = index.manifests.map(entry =>
		name !== undefined && nameOf(entry) === name ? withoutName(entry) : entry,
	);
	const ours = {
		...(name === undefined ? {} : {[refName]: name}),
		[taggedAt]: tag.at.toISOString(),
		...(failed ? {[leftByFailure]: 'true'} : {}),
	};
	const entry = {...descriptor, annotations: {...descriptor.annotations, ...ours}};
	return {...index, manifests: withoutSpares([...others, entry])};
}

/** The same, but of whoever had the name the entry goes. */
export function withTagMoved(
	index: Index,
	descriptor: Descriptor,
	tag: {readonly name: string; readonly at: Date},
): Index {
	const isThere = index.manifests.some(entry => entry.digest === descriptor.digest && nameOf(entry) === tag.name);
	return isThere ? index : withTag(withoutTag(index, tag.name), descriptor, tag);
}

/** `index` without the entry of this name. */
export function withoutTag(index: Index, name: string): Index {
	return {...index, manifests: index.manifests.filter(entry => nameOf(entry) !== name)};
}

/** `index` without any entry of this manifest. */
export function withoutManifest(index: Index, digest: Digest): Index {
	return {...index, manifests: index.manifests.filter(entry => entry.digest !== digest)};
}

/** Whether an entry of this image has the name, and the annotations that the image has by now. */
function isNamedSo(entry: Descriptor, {annotations}: Descriptor, name: string): boolean {
	return nameOf(entry) === name && isDeepStrictEqual(descriptorOf(entry).annotations, annotations);
}

function withoutName(entry: Descriptor): Descriptor {
	const {[refName]: _, [leftByFailure]: __, ...annotations} = entry.annotations ?? {};
	return {...entry, annotations};
}

/** An entry of ours without a name is there only to keep its image: not where a named one does, or another without a name. */
function withoutSpares(entries: readonly Descriptor[]): Descriptor[] {
	const isSpare = (entry: Descriptor) => nameOf(entry) === undefined && entry.annotations?.[taggedAt] !== undefined;
	const kept = new Set(entries.filter(entry => !isSpare(entry)).map(entry => entry.digest));
	return entries.filter(entry => {
		if (!isSpare(entry)) return true;
		const spare = kept.has(entry.digest);
		kept.add(entry.digest);
		return !spare;
	});
}
