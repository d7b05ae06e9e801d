import type {Digest} from './digest.ts';
import type {Descriptor, Index} from './image.ts';
import {ociIndex} from './media-types.ts';

/** The content of the file `oci-layout`. https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
export const layoutVersion = {imageLayoutVersion: '1.0.0'} as const;

/** Names a manifest in `index.json`. https://github.com/opencontainers/image-spec/blob/main/annotations.md */
export const refName = 'org.opencontainers.image.ref.name';

/** When an entry of `index.json` got its name, in ISO 8601: ours, so that images can be shown newest first. */
export const taggedAt = 'build.strata.tagged';

/** An `index.json` that names nothing. */
export const emptyIndex: Index = {schemaVersion: 2, mediaType: ociIndex, manifests: []};

/** The name that an entry of `index.json` has, if any. */
export function nameOf(entry: Descriptor): string | undefined {
	return entry.annotations?.[refName];
}

/** An entry of `index.json` without what only the index says of it: its name, and when it got it. */
export function descriptorOf(entry: Descriptor): Descriptor {
	const {annotations = {}, ...bare} = entry;
	const {[refName]: _, [taggedAt]: __, ...others} = annotations;
	return Object.keys(others).length === 0 ? bare : {...bare, annotations: others};
}

/**
 * `index` with `name` given to `descriptor`. Whoever had the name keeps its place without it, unless it has another
 * name. Tagging again what has the name already changes nothing, not even the time. Entries and fields that are not
 * ours stay as they are.
 */
export function withTag(index: Index, descriptor: Descriptor, tag: {readonly name?: string; readonly at: Date}): Index {
	const {name} = tag;
	const there = index.manifests.some(
		entry => entry.digest === descriptor.digest && (name === undefined || nameOf(entry) === name),
	);
	if (there) return index;
	const others = index.manifests.map(entry =>
		name !== undefined && nameOf(entry) === name ? withoutName(entry) : entry,
	);
	const ours = {...(name === undefined ? {} : {[refName]: name}), [taggedAt]: tag.at.toISOString()};
	const entry = {...descriptor, annotations: {...descriptor.annotations, ...ours}};
	return {...index, manifests: withoutSpares([...others, entry])};
}

/** `index` without the entry of this name. */
export function withoutTag(index: Index, name: string): Index {
	return {...index, manifests: index.manifests.filter(entry => nameOf(entry) !== name)};
}

/** `index` without any entry of this manifest. */
export function withoutManifest(index: Index, digest: Digest): Index {
	return {...index, manifests: index.manifests.filter(entry => entry.digest !== digest)};
}

function withoutName(entry: Descriptor): Descriptor {
	const {[refName]: _, ...annotations} = entry.annotations ?? {};
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
