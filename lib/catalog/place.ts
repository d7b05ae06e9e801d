import {UsageError} from '../errors.ts';
import type {Digest} from '../oci/digest.ts';
import {familiarName, familiarRepository, parseReference, type Reference} from '../oci/reference.ts';
import {type LayoutReference, parseLayoutReference} from '../registry/layout.ts';

/** A place that an image is copied from or to, as skopeo writes them: https://github.com/containers/image/blob/main/docs/containers-transports.5.md */
export type ImagePlace =
	| {readonly kind: 'registry'; readonly reference: Reference}
	| {readonly kind: 'layout'; readonly layout: LayoutReference}
	| {readonly kind: 'archive'; readonly format: 'oci' | 'docker'; readonly file: string; readonly name?: string};

/** Reads `docker://NAME`, `NAME`, `oci:DIR[:TAG]`, `oci-archive:FILE[:NAME]`, `docker-archive:FILE[:NAME]`. Throws a UsageError. */
export function parsePlace(text: string): ImagePlace {
	const [, format, archive] = /^(oci|docker)-archive:(.+)$/.exec(text) ?? [];
	if (archive !== undefined) return archivePlace(format === 'oci' ? 'oci' : 'docker', archive);
	const [, layoutText] = /^oci:(?!\/\/)(.+)$/.exec(text) ?? [];
	const layout = layoutText === undefined ? undefined : parseLayoutReference(layoutText);
	if (layout) return {kind: 'layout', layout};
	refuseTransport(text);
	const reference = parseReference(text.replace(/^docker:\/\//, ''));
	if (reference) return {kind: 'registry', reference};
	throw new UsageError('BAD_PLACE', `${JSON.stringify(text)} is no place of an image`, {
		help: ['a registry: registry.example.com/team/app:1.4', 'a layout: oci:DIR:TAG', 'an archive: oci-archive:FILE'],
	});
}

/** A place of skopeo's that is none of ours is not taken for the name in a registry that it could be. Throws a UsageError. */
export function refuseTransport(text: string): void {
	const [, transport] = transports.exec(text) ?? [];
	if (transport === undefined) return;
	throw new UsageError('BAD_PLACE', `${transport}: is no place that strata knows here`, {
		help: [
			...(ways[transport] ?? []),
			`if it is the name of an image in a registry: docker://docker.io/library/${text}`,
		],
	});
}

/** https://github.com/containers/image/blob/main/docs/containers-transports.5.md */
const transports =
	/^(containers-storage|dir|docker-archive|docker-daemon|oci|oci-archive|oci-layout|ostree|sif|tarball):/;

/** What does it instead. */
const ways: Readonly<Record<string, readonly string[]>> = {
	'containers-storage': ["into podman's images: strata save IMAGE | podman load"],
	'docker-daemon': ["into docker's images: strata save IMAGE | docker load"],
	dir: ['a folder: oci:DIR[:TAG]'],
	oci: ['to a folder: strata copy NAME oci:DIR[:TAG]'],
	'oci-archive': ['to an archive: strata copy NAME oci-archive:FILE[:NAME]'],
	'docker-archive': ['to an archive: strata copy NAME docker-archive:FILE[:NAME]'],
};

function archivePlace(format: 'oci' | 'docker', text: string): ImagePlace {
	const colon = text.indexOf(':');
	const [file, name] = colon === -1 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
	const reference = name === '' ? undefined : parseReference(name);
	if (file === '' || (name !== '' && (!reference || reference.digest))) {
		throw new UsageError('BAD_PLACE', `${format}-archive:${text} names no archive`, {
			help: [`as in: ${format}-archive:app.tar or ${format}-archive:app.tar:team/app:1.4`],
		});
	}
	return {kind: 'archive', format, file, ...(reference ? {name: familiarName(reference)} : {})};
}

/** Throws a UsageError if a place is named by the digest of another image than the one that is brought there. */
export function refuseOther(place: ImagePlace, digest: Digest): void {
	const wanted = digestIn(place);
	if (wanted === undefined || wanted === digest) return;
	throw new UsageError('OTHER_DIGEST', `${placeName(place)} is the name of another image`, {
		notes: [`the digest of what is to go there is ${digest}`],
		help: ['name the place by a tag, or by that digest'],
	});
}

function digestIn(place: ImagePlace): Digest | undefined {
	switch (place.kind) {
		case 'registry':
			return place.reference.digest;
		case 'layout':
			return place.layout.digest;
		case 'archive':
			return undefined;
	}
}

/** A place as people write it; of a registry with `digest` the name that never means anything else. */
export function placeName(place: ImagePlace, digest?: Digest): string {
	switch (place.kind) {
		case 'registry':
			return digest ? `${familiarRepository(place.reference)}@${digest}` : familiarName(place.reference);
		case 'layout':
			return `oci:${place.layout.folder}${place.layout.name === undefined ? '' : `:${place.layout.name}`}`;
		case 'archive':
			return `${place.format}-archive:${place.file}${place.name === undefined ? '' : `:${place.name}`}`;
	}
}
