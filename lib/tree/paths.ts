import {encodeName} from './name.ts';

/** `path` in the form of `TocEntry.path`: no leading, trailing or doubled slash, no `.`, and no `..`, which never climbs above the root. */
export function cleanPath(path: string): string {
	const parts: string[] = [];
	for (const part of path.split('/')) {
		if (part === '..') parts.pop();
		else if (part !== '' && part !== '.') parts.push(part);
	}
	return parts.join('/');
}

/** The directory that holds `path`; the root holds itself. */
export function parentOf(path: string): string {
	return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The last name of `path`. */
export function nameOf(path: string): string {
	return path.slice(path.lastIndexOf('/') + 1);
}

/** `path` below `directory`; either may be the root. */
export function joinPath(directory: string, path: string): string {
	return directory === '' || path === '' ? directory + path : `${directory}/${path}`;
}

/** Orders by the bytes of names, as tars and TOCs are sorted; JavaScript's own order of strings differs beyond U+D7FF. */
export function compareBytes(a: string, b: string): number {
	if (beyondUnits.test(a) || beyondUnits.test(b)) return Buffer.compare(encodeName(a), encodeName(b));
	return a < b ? -1 : a > b ? 1 : 0;
}

const beyondUnits = /[\ud800-\uffff]/;
