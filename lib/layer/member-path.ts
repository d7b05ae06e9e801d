import {Malformed} from './errors.ts';

/**
 * The path that a name in a tar means, in the form of `TocEntry.path`: without `./`, doubled and trailing slashes; the root is
 * `''`. Refuses what could lie outside the root, however it is spelled (SURFACE W-21).
 */
export function memberPath(name: string): string {
	if (name.startsWith('/')) throw leavesRoot(name, 'its name is absolute');
	const components = name.split('/').filter(component => component !== '' && component !== '.');
	if (components.includes('..')) throw leavesRoot(name, 'its name has ".."');
	if (name.includes('\0')) throw new Malformed(`entry ${JSON.stringify(name)} has a zero byte in its name`);
	return components.join('/');
}

/** The error for an entry that would reach beyond the root. */
export function leavesRoot(name: string, why: string): Malformed {
	return new Malformed(`entry "${name}" leaves the root`, why);
}
