import {collect} from '../bytes.ts';
import {attestationEntry, attestedBy, predicateTypeOf} from '../oci/attestation.ts';
import {bare} from '../oci/descriptor.ts';
import {type Digest, hexOf} from '../oci/digest.ts';
import type {Descriptor} from '../oci/image.ts';
import type {BlobStore} from '../store/store.ts';
import {readManifest} from './image.ts';

/** What became of a manifest. */
export interface Renamed {
	readonly before: Digest;
	readonly after: Digest;
}

/**
 * The entries of an index whose images became others, of the same content: what is stated of one is stated of what it became, since
 * a statement on another digest is one on nothing. New documents are put into the blobs.
 */
export function restated(
	entries: readonly Descriptor[],
	renamed: readonly Renamed[],
	blobs: BlobStore,
): Promise<readonly Descriptor[]> {
	return Promise.all(
		entries.map(async entry => {
			const subject = attestedBy(entry);
			const change = renamed.find(({before, after}) => before === subject && before !== after);
			const image = entries.find(({digest}) => digest === change?.after);
			return change ? restate(entry, {...change, image}, blobs) : entry;
		}),
	);
}

/** What became of an image, and how it is named. */
interface RenamedImage extends Renamed {
	readonly image: Descriptor | undefined;
}

async function restate(entry: Descriptor, change: RenamedImage, blobs: BlobStore): Promise<Descriptor> {
	const manifest = await readManifest(entry, blobs);
	const layers = await Promise.all(
		manifest.layers.map(layer => (predicateTypeOf(layer) === undefined ? layer : replaceIn(layer, [change], blobs))),
	);
	const subject = {digest: change.after};
	const digests = layers.map(({digest}, at) => ({before: manifest.layers[at]?.digest ?? digest, after: digest}));
	if (digests.every(({before, after}) => before === after)) return attestationEntry(entry, subject);
	const config = await replaceIn(manifest.config, digests, blobs);
	const refers = manifest.subject && change.image ? {subject: bare(change.image)} : {};
	const stored = blobs.add(Buffer.from(JSON.stringify({...manifest, config, layers, ...refers})), entry.mediaType);
	return attestationEntry(stored, subject);
}

/** A document of JSON with other digests in it, wherever it names them. */
async function replaceIn(document: Descriptor, changes: readonly Renamed[], blobs: BlobStore): Promise<Descriptor> {
	const bytes = await collect(blobs.open(document));
	const text = changes.reduce(
		(before, change) => before.replaceAll(hexOf(change.before), hexOf(change.after)),
		bytes.toString(),
	);
	const {annotations, mediaType} = document;
	return {...blobs.add(Buffer.from(text), mediaType), ...(annotations ? {annotations} : {})};
}
