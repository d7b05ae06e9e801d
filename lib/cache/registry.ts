import {RegistryError} from '../errors.ts';
import type {Reference} from '../oci/reference.ts';
import type {RegistryOptions} from '../registry/client.ts';
import {imageSource} from '../registry/image-source.ts';
import {registrySink} from '../registry/sink.ts';
import type {TransferProgress} from '../registry/transfer.ts';
import type {CacheSink, CacheSource} from './place.ts';

/** A name in a registry, as it was given and as it reads. */
export interface RegistryPlace {
	readonly name: string;
	readonly reference: Reference;
}

export function registryCache({name, reference}: RegistryPlace, options: RegistryOptions): CacheSource {
	const source = imageSource(reference, options);
	return {
		name,
		has: source.has,
		open: source.open,
		resolve: () =>
			source.resolve().catch(error => {
				if (error instanceof RegistryError && error.code === 'IMAGE_NOT_FOUND') return undefined;
				throw error;
			}),
	};
}

export function registryCacheSink({name, reference}: RegistryPlace, options: RegistryOptions): CacheSink {
	const ends = new Map<string, TransferProgress['state']>();
	const sink = registrySink(reference, {...options, onTransfer: ({digest, state}) => ends.set(digest, state)});
	return {
		name,
		async take(blob, from, signal) {
			await sink.take(blob, from, signal);
			return ends.get(blob.digest) === 'present' ? 'present' : 'done';
		},
		takeRoot: (manifest, from, signal) => sink.takeRoot(manifest, from, signal),
	};
}
