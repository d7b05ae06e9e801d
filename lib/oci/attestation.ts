import type {Descriptor} from './image.ts';
import {inTotoStatement} from './media-types.ts';
import type {Platform} from './platform.ts';

/**
 * How statements on an image stand beside it in an index, as BuildKit puts them there:
 * https://docs.docker.com/build/metadata/attestations/attestation-storage/
 */
const referenceType = 'vnd.docker.reference.type';
const referenceDigest = 'vnd.docker.reference.digest';
const attestationManifest = 'attestation-manifest';
const predicateType = 'in-toto.io/predicate-type';

/** Nobody runs it, so no program takes it for an image. */
export const noPlatform: Platform = {architecture: 'unknown', os: 'unknown'};

/** The entry of an index for a manifest of statements on `subject`. */
export function attestationEntry(manifest: Descriptor, {digest}: Pick<Descriptor, 'digest'>): Descriptor {
	const annotations = {[referenceDigest]: digest, [referenceType]: attestationManifest};
	return {...manifest, annotations, platform: noPlatform};
}

/** The digest of the image that an entry of an index has statements on; undefined if it is another entry. */
export function attestedBy({annotations}: Descriptor): string | undefined {
	return annotations?.[referenceType] === attestationManifest ? annotations[referenceDigest] : undefined;
}

/** A statement as a layer of such a manifest. */
export function statementLayer(statement: Descriptor, type: string): Descriptor {
	return {...statement, annotations: {[predicateType]: type}};
}

/** What kind of statement a layer is; undefined if it is none. */
export function predicateTypeOf({mediaType, annotations}: Descriptor): string | undefined {
	return mediaType === inTotoStatement ? annotations?.[predicateType] : undefined;
}
