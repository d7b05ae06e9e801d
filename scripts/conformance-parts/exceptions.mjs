/** Why a case is known not to pass: the entry of exceptions.json, by the first part of the family's name. */
export function exceptionFor(exceptions, {family, id}) {
	const [suite] = family.split('/');
	return exceptions[suite]?.find(exception => exception.id === id);
}
