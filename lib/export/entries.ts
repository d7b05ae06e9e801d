import type {Descriptor} from '../oci/image.ts';
import {descriptorOf, imageName, nameOf, refName} from '../oci/layout.ts';
import {canonicalName, parseReference} from '../oci/reference.ts';
import type {ExportedImage} from './image.ts';

const latest = ':latest';

/** One entry of an index.json for each name of an image, with the annotations of its descriptor; one without a name if it has none. */
export function namedEntries({descriptor, names}: ExportedImage): readonly Descriptor[] {
	const bare = descriptorOf(descriptor);
	if (names.length === 0) return [bare];
	return [...new Set(names)].map(name => ({
		...bare,
		annotations: {...bare.annotations, [imageName]: fullName(name), [refName]: name},
	}));
}

/**
 * The entries of an OCI layout. An image called `redis:latest` gets a second entry called `redis`: readers compare the
 * name as a whole, and people type both `skopeo copy oci:out:redis` and `oci:out:redis:latest`.
 */
export function layoutEntries(image: ExportedImage): readonly Descriptor[] {
	return namedEntries(image).flatMap(entry => {
		const name = nameOf(entry);
		if (!name?.endsWith(latest)) return [entry];
		const short = {...entry, annotations: {...entry.annotations, [refName]: name.slice(0, -latest.length)}};
		return [entry, short];
	});
}

/**
 * `present` with `added`: a name moves to its new entry. What has no name gives way to another without one, so that
 * `oci:out` keeps meaning one image, and to a named entry of the same digest.
 */
export function mergeEntries(present: readonly Descriptor[], added: readonly Descriptor[]): readonly Descriptor[] {
	const names = new Set(added.map(nameOf));
	const digests = new Set(added.map(entry => entry.digest));
	const kept = present.filter(entry => {
		const name = nameOf(entry);
		return !names.has(name) && !(name === undefined && digests.has(entry.digest));
	});
	return [...kept, ...added];
}

/** `docker.io/library/redis:latest`: who imports an image must not complete its name in another way. */
export function fullName(name: string): string {
	const reference = parseReference(name);
	return reference ? canonicalName(reference) : name;
}
