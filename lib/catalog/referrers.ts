import {UsageError} from '../errors.ts';
import type {Descriptor} from '../oci/image.ts';
import {parseReference} from '../oci/reference.ts';
import {type RegistryOptions, repositoryOf} from '../registry/client.ts';
import {referrersOf} from '../registry/referrers.ts';
import {registrySource} from '../registry/source.ts';

/** The manifests of a registry that say something of the image `name`: signatures, statements on how it was built. */
export async function referrers(name: string, options: RegistryOptions = {}): Promise<readonly Descriptor[]> {
	const reference = parseReference(name);
	if (!reference) {
		throw new UsageError('BAD_REFERENCE', `${JSON.stringify(name)} is no name of an image`, {
			help: ['as in: registry.example.com/team/app:1.4'],
		});
	}
	const {registryPlace} = await import('../registry/mirrors.ts');
	// mirrors have images, but not all that refers to them
	const place = registryPlace(reference, options);
	const source = registrySource(place.reference, place.options);
	const digest = (await source.peek()) ?? (await source.resolve()).descriptor.digest;
	const repository = repositoryOf(place.reference, place.options);
	return repository.retried(() => referrersOf(digest, {reference: place.reference, repository}));
}
