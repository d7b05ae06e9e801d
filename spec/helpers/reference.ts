import {parseReference, type Reference} from '../../lib/oci/reference.ts';

/** The reference that a name is. */
export function reference(name: string): Reference {
	const parsed = parseReference(name);
	if (!parsed) throw new Error(`${name} is no reference`);
	return parsed;
}
