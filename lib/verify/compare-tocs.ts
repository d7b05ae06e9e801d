import type {Toc, TocEntry} from '../tree/toc.ts';

/** How an entry of a layer differs from that of the same path in another; of several differences the first of these counts. */
export const differing = ['presence', 'type', 'link', 'content', 'xattrs', 'mode', 'owner', 'mtime'] as const;

/** A path that is not the same in two layers. */
export interface EntryDifference {
	readonly path: string;
	readonly what: (typeof differing)[number];
	/** Absent where there is none. */
	readonly one?: TocEntry | undefined;
	readonly other?: TocEntry | undefined;
}

/** What differs between two layers, in the order of the paths. Where a file lies in its tar is no difference. */
export function compareTocs(one: Toc, other: Toc): readonly EntryDifference[] {
	const [left, right] = [byKey(one), byKey(other)];
	const keys = [...new Set([...left.keys(), ...right.keys()])].sort();
	return keys.flatMap(key => {
		const pair = {one: left.get(key), other: right.get(key)};
		const what = differing.find(aspect => differsIn(aspect, pair));
		const path = (pair.one ?? pair.other)?.path ?? '';
		return what === undefined ? [] : [{path, what, ...pair}];
	});
}

/** An opaque directory has two entries of one path. */
function byKey(toc: Toc): ReadonlyMap<string, TocEntry> {
	return new Map(toc.map(entry => [entry.type === 'opaque' ? `${entry.path}\0` : entry.path, entry]));
}

function differsIn(what: EntryDifference['what'], {one, other}: Pick<EntryDifference, 'one' | 'other'>): boolean {
	if (!one || !other) return what === 'presence';
	const isOther = (...fields: readonly (keyof TocEntry)[]) =>
		fields.some(field => JSON.stringify(one[field]) !== JSON.stringify(other[field]));
	switch (what) {
		case 'presence':
			return false;
		case 'type':
			return isOther('type', 'major', 'minor');
		case 'link':
			return isOther('linkname');
		case 'content':
			return isOther('size', 'digest');
		case 'xattrs':
			return sorted(one.xattrs) !== sorted(other.xattrs);
		case 'mode':
			return isOther('mode');
		case 'owner':
			return isOther('uid', 'gid');
		case 'mtime':
			return isOther('mtime');
	}
}

function sorted(xattrs: TocEntry['xattrs'] = {}): string {
	return JSON.stringify(Object.entries(xattrs).sort());
}
