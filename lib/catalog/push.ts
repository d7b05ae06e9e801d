import {collect} from '../bytes.ts';
import {StoreError, UsageError} from '../errors.ts';
import {exportToRegistry} from '../export/registry.ts';
import type {Descriptor} from '../oci/image.ts';
import {isIndex} from '../oci/media-types.ts';
import {parseIndex} from '../oci/parse.ts';
import {formatPlatform} from '../oci/platform.ts';
import {familiarName, familiarRepository, parseReference, type Reference} from '../oci/reference.ts';
import type {Store} from '../store/store.ts';
import {findImage, meantBy} from './find.ts';
import {withStore} from './open.ts';
import {refuseOther, refuseTransport} from './place.ts';
import type {TransferOptions, Transferred} from './transfer.ts';

/**
 * Pushes an image of the store, `source` as `findImage` takes it, to the registry that `dest` names; default: that of
 * its own name. A name with a digest and no tag is pushed without a tag, if the digest is that of the image.
 */
export function pushImage(source: string, dest = source, options: TransferOptions = {}): Promise<Transferred> {
	const named = destination(dest);
	const {digest: _, ...reference} = named;
	return withStore(options, async store => {
		const descriptor = meantBy(await findImage(source, store));
		// of an image that is found by its id, the digest is not that
		if (dest !== source) refuseOther({kind: 'registry', reference: named}, descriptor.digest);
		await refuseParts(descriptor, source, store);
		await exportToRegistry(descriptor, reference, store, options);
		const pinned = `${familiarRepository(reference)}@${descriptor.digest}`;
		return {name: familiarName(reference), digest: descriptor.digest, pinned};
	});
}

function destination(dest: string): Reference {
	refuseTransport(dest);
	const reference = parseReference(dest.replace(/^docker:\/\//, ''));
	const isId = /^(?:sha256:)?[a-f0-9]{12,64}$/.test(dest);
	if (reference && !isId && !(reference.digest && reference.tag)) return reference;
	throw new UsageError('BAD_NAME', `${dest} cannot be pushed to`, {
		help: ['say where to: strata push IMAGE registry.example.com/team/app:1.4'],
	});
}

/** An index goes with all that it names: a registry would have to look for the rest elsewhere. */
async function refuseParts(root: Descriptor, source: string, {blobs}: Store): Promise<void> {
	if (!isIndex(root.mediaType)) return;
	const {manifests = []} = parseIndex(await collect(blobs.open(root))) ?? {};
	const missing = manifests.filter(({digest}) => !blobs.has(digest));
	if (missing.length === 0) return;
	const there = manifests.find(one => !missing.includes(one));
	throw new StoreError('IMAGES_MISSING', `${source} is an index, and not all that it names is in the store`, {
		notes: missing.map(
			({digest, platform}) => `missing: ${digest}${platform ? ` for ${formatPlatform(platform)}` : ''}`,
		),
		help: there ? [`one that is there: strata push ${there.digest} REGISTRY/NAME`] : [],
	});
}
