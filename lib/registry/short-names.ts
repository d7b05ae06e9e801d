import {RegistryError} from '../errors.ts';
import {parseReference, type Reference} from '../oci/reference.ts';
import type {RegistryOptions} from './client.ts';

/** Whether a name says no registry, so that registries.conf may. */
export function isShort(name: string): boolean {
	return parseReference(name)?.registry === 'docker.io' && !/^(?:index\.)?docker\.io\//.test(name);
}

/** What a short name may stand for by registries.conf; docker.io's if that says nothing of it. */
export async function meanings(name: string, options: RegistryOptions): Promise<readonly Reference[]> {
	const {shortNames} = await import('./mirrors.ts');
	return shortNames(name, options);
}

/** Tries one reference after the other until one is found. Rejects with the error of the first. */
export async function firstFound<T>(
	references: readonly Reference[],
	find: (reference: Reference) => Promise<T>,
): Promise<T> {
	const errors: unknown[] = [];
	for (const reference of references) {
		try {
			return await find(reference);
		} catch (error) {
			if (!(error instanceof RegistryError)) throw error;
			errors.push(error);
		}
	}
	throw errors[0];
}
