import {existsSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {collect} from '../bytes.ts';
import {UsageError} from '../errors.ts';
import {bare} from '../oci/descriptor.ts';
import {type Digest, parseDigest} from '../oci/digest.ts';
import type {Descriptor} from '../oci/image.ts';
import {descriptorOf, nameOf} from '../oci/layout.ts';
import {isIndex, isManifest} from '../oci/media-types.ts';
import type {Platform} from '../oci/platform.ts';
import {familiarName, parseReference} from '../oci/reference.ts';
import {hasBlob, openBlob} from '../store/blobs.ts';
import {readIndex} from '../store/images.ts';
import type {Store} from '../store/store.ts';
import {type Base, readBase} from './base.ts';
import type {ImageSource} from './source.ts';

/** What `oci-layout://DIR[:NAME][@DIGEST]` names. The folder ends at the first colon, as in podman's `oci:`. */
export interface LayoutReference {
	readonly folder: string;
	readonly name?: string;
	readonly digest?: Digest;
}

/** Reads a layout's name, with or without `oci-layout://`; undefined if it has no folder or a digest that is none. */
export function parseLayoutReference(text: string): LayoutReference | undefined {
	const path = text.replace(/^oci-layout:\/\//, '');
	const [, folder = '', name, digestText] = /^([^:@]+)(?::([^@]*))?(?:@(.*))?$/.exec(path) ?? [];
	const digest = digestText === undefined ? undefined : parseDigest(digestText);
	if (folder === '' || (digestText !== undefined && !digest)) return undefined;
	return {folder, ...(name ? {name} : {}), ...(digest ? {digest} : {})};
}

/** The image that a layout on this disk has for `platform`: nothing is asked of any registry. */
export async function resolveLayout(text: string, platform: Platform, {store}: {readonly store: Store}): Promise<Base> {
	const reference = parseLayoutReference(text);
	if (!reference)
		throw new UsageError('BAD_REFERENCE', `${text} names no layout`, {help: ['oci-layout://DIR[:TAG][@DIGEST]']});
	return readBase(layoutSource(reference), platform, store.blobs);
}

/** An OCI layout folder. https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
export function layoutSource(reference: LayoutReference): ImageSource {
	const root = resolve(reference.folder);
	const open = (descriptor: Descriptor) => openBlob(root, descriptor);
	const find = () => descriptorOf(entryOf(root, reference));
	const {name, digest} = reference;
	return {
		name: `oci-layout://${root}${name === undefined ? '' : `:${name}`}${digest === undefined ? '' : `@${digest}`}`,
		has: (wanted, size) => hasBlob(root, wanted, size),
		open,
		peek: async () => find().digest,
		async resolve() {
			const descriptor = bare(find());
			return {descriptor, bytes: await collect(open(descriptor))};
		},
	};
}

function entryOf(root: string, {name, digest}: LayoutReference): Descriptor {
	const index = join(root, 'index.json');
	if (!existsSync(index))
		throw new UsageError('NO_LAYOUT', `${root} is no OCI layout: it has no index.json`, {
			help: ['a layout is what this makes: strata build -o DIR'],
		});
	const entries = readIndex(index).manifests.filter(({mediaType}) => isManifest(mediaType) || isIndex(mediaType));
	const found = digest === undefined ? named(entries, name) : entries.find(entry => entry.digest === digest);
	if (found) return found;
	const wanted = digest ?? name ?? 'latest';
	const names = entries.flatMap(entry => nameOf(entry) ?? []);
	throw new UsageError('NO_SUCH_IMAGE', `the layout ${root} has no image ${wanted}`, {
		notes: [names.length > 0 ? `it has ${names.join(', ')}` : 'its images have no names'],
		help: names.slice(0, 1).map(first => `as in: oci-layout://${root}:${first}`),
	});
}

/** Without a name, the only image there is, or `latest`. Names may be tags, or whole as in a store: `redis:latest`. */
function named(entries: readonly Descriptor[], name: string | undefined): Descriptor | undefined {
	if (name === undefined && entries.length === 1) return entries[0];
	const wanted = name ?? 'latest';
	const reference = parseReference(wanted);
	const whole = reference && familiarName(reference);
	return entries.find(entry => nameOf(entry) === wanted) ?? entries.find(entry => nameOf(entry) === whole);
}
