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

/** Orders by the bytes of UTF-8, as tars and TOCs are sorted, which is not the order of JavaScript's strings. */
export function compareBytes(a: string, b: string): number {
	const length = Math.min(a.length, b.length);
	for (let at = 0; at < length; at++) {
		const difference = rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
		if (difference !== 0) return difference;
	}
	return a.length - b.length;
}

/** Code points above U+FFFF are surrogates here, below U+E000; in UTF-8 they come last. */
function rank(unit: number): number {
	if (unit < 0xd800) return unit;
	return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
