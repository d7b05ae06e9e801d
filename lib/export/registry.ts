import {copy} from '../oci/copy.ts';
import type {Descriptor} from '../oci/image.ts';
import type {Reference} from '../oci/reference.ts';
import {registrySink, type SinkOptions} from '../registry/sink.ts';
import type {Store} from '../store/store.ts';
import {origins} from './origins.ts';

export type PushOptions = Omit<SinkOptions, 'originOf'>;

/**
 * Pushes an image of the store, or an index of several, under the tag of `reference`, or without one under its digest. What
 * the registry has is not sent: neither what is in this repository, nor what another one is known to have.
 */
export async function exportToRegistry(
	root: Descriptor,
	reference: Reference,
	store: Store,
	options: PushOptions = {},
): Promise<void> {
	const known = origins(reference, store);
	await copy(root, store.blobs, registrySink(reference, {...options, originOf: known.of}), options.signal);
	known.add(root);
}
