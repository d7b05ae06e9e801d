import {isDeepStrictEqual} from 'node:util';
import {difference} from './outcomes.mjs';

/** Ends the case if something is another value than expected. */
export function same(found, wanted, what) {
	if (!isDeepStrictEqual(found, wanted)) difference(`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}
