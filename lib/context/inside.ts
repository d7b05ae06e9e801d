import {realpathSync} from 'node:fs';
import {relative, resolve} from 'node:path';

/**
 * Where a file of a folder really lies, if a link leads out of it; undefined if it lies there, or was named outside of it to begin with.
 * A folder may be somebody else's work: what of ours its links lead to is not for its image, nor for the lines that an error shows.
 */
export function leadsOutside(folder: string, path: string): string | undefined {
	if (!isInside(resolve(folder), resolve(path))) return undefined;
	const place = realpathSync(path);
	return isInside(realpathSync(folder), place) ? undefined : place;
}

function isInside(folder: string, path: string): boolean {
	return !/^\.\.(\/|$)/.test(relative(folder, path));
}
