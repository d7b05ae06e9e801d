import {readFileSync} from 'node:fs';
import {suiteOf} from './families.mjs';

const exceptions = JSON.parse(readFileSync(new URL('../../spec/conformance/exceptions.json', import.meta.url), 'utf8'));

/** Why a case is known not to pass: the entry of exceptions.json, by the suite. */
export function exceptionFor({family, id}) {
	return exceptions[suiteOf(family)]?.find(exception => exception.id === id);
}
