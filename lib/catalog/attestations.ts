import {collect} from '../bytes.ts';
import {readManifest} from '../export/image.ts';
import {attestedBy, predicateTypeOf} from '../oci/attestation.ts';
import type {Descriptor} from '../oci/image.ts';
import {isIndex} from '../oci/media-types.ts';
import {parseIndex} from '../oci/parse.ts';
import type {Store} from '../store/store.ts';
import type {AttestationDetails} from './catalog.ts';

/** What stands in an index beside an image, as BuildKit puts it there. */
export async function attestationsOf(
	image: Descriptor,
	root: Descriptor,
	{blobs}: Store,
): Promise<readonly AttestationDetails[]> {
	if (!isIndex(root.mediaType)) return [];
	const index = parseIndex(await collect(blobs.open(root)));
	const manifests =
		index?.manifests.filter(entry => attestedBy(entry) === image.digest && blobs.has(entry.digest)) ?? [];
	const layers = await Promise.all(manifests.map(async entry => (await readManifest(entry, blobs)).layers));
	return layers.flat().flatMap(layer => {
		const predicateType = predicateTypeOf(layer);
		return predicateType === undefined ? [] : [{predicateType, digest: layer.digest, size: layer.size}];
	});
}
