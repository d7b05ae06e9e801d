import type {Bytes} from '../bytes.ts';
import {RegistryError} from '../errors.ts';
import type {OpenOptions} from '../oci/blobs.ts';
import type {Descriptor} from '../oci/image.ts';
import {canonicalName, type Reference} from '../oci/reference.ts';
import {verifiedBy} from '../oci/verify.ts';
import type {RegistryOptions} from './client.ts';
import {type ImageSource, type Resolved, registrySource} from './source.ts';

/**
 * What a registry has under `reference`, by way of the mirrors that registries.conf names for it: the first that has it serves
 * it. Asks nothing, and reads no file, before it is asked.
 */
export function imageSource(reference: Reference, options: RegistryOptions = {}): ImageSource {
	let opened: Promise<readonly ImageSource[]> | undefined;
	/** Those before it failed. */
	let first = 0;
	let resolved: Resolved | undefined;
	const sources = () => {
		opened ??= openSources(reference, options);
		return opened;
	};
	const ask = async <T>(question: (source: ImageSource) => T | Promise<T>): Promise<T> => {
		const errors: unknown[] = [];
		for (const [at, source] of (await sources()).entries()) {
			if (at < first) continue;
			try {
				const answer = await question(source);
				first = Math.max(first, at);
				return answer;
			} catch (error) {
				if (!(error instanceof RegistryError)) throw error;
				errors.push(error);
			}
		}
		throw errors.at(-1);
	};
	return {
		name: canonicalName(reference),
		async resolve() {
			resolved = await ask(source => source.resolve());
			return resolved;
		},
		peek: () => ask(source => source.peek()),
		has: (digest, size) => ask(source => source.has(digest, size)),
		open: (descriptor, own) => verifiedBy(descriptor, open(descriptor, own)),
	};

	async function* open(descriptor: Descriptor, own: OpenOptions | undefined): Bytes {
		const root = resolved?.descriptor;
		if (resolved && descriptor.digest === root?.digest && descriptor.size === root.size) return yield resolved.bytes;
		const left = (await sources()).slice(first);
		for (const [at, source] of left.entries()) {
			let isBegun = false;
			try {
				for await (const chunk of source.open(descriptor, own)) {
					isBegun = true;
					yield chunk;
				}
				return;
			} catch (error) {
				// whoever reads has a part of it by now
				if (isBegun || at === left.length - 1 || !(error instanceof RegistryError)) throw error;
			}
		}
	}
}

async function openSources(reference: Reference, options: RegistryOptions): Promise<readonly ImageSource[]> {
	const {pullPlaces} = await import('./mirrors.ts');
	return pullPlaces(reference, options).map(place => registrySource(place.reference, place.options));
}
