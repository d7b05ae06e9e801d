import {UsageError} from '../errors.ts';
import {familiarName, parseReference} from '../oci/reference.ts';

/** A name for an image, as the store has them. Throws a UsageError, with an example, for what can be none. */
export function imageNameOf(text: string, example: string): string {
	const reference = parseReference(text);
	if (reference && !reference.digest) return familiarName(reference);
	throw new UsageError('NAME_GRAMMAR', `${text || 'an empty text'} cannot be the name of an image`, {
		notes: ['a name is [HOST/]PATH[:TAG], its path in lower case'],
		help: [`as in: ${example}`],
	});
}
