import type {Entry} from './entry.ts';
import {compareBytes, joinPath} from './paths.ts';
import type {Tree} from './tree.ts';

/** How one path of two trees differs. Times do not count. */
export interface FileChange {
	/** Without a leading slash. */
	readonly path: string;
	readonly change: 'added' | 'removed' | 'changed';
	/** Of a path that is in both. */
	readonly how: readonly FileAspect[];
	readonly before?: FileFacts;
	readonly after?: FileFacts;
}

/** What there is at a path, but for its time. */
export type FileFacts = Pick<Entry, 'type' | 'mode' | 'uid' | 'gid' | 'size'> &
	Partial<Pick<Entry, 'digest' | 'linkname' | 'major' | 'minor' | 'xattrs'>>;

/** What of a path may differ: `link` is where a symbolic link points, or of which file it is another name. */
export type FileAspect = 'type' | 'mode' | 'owner' | 'size' | 'content' | 'link' | 'device' | 'xattrs';

/** What is different in `after`, sorted by path, a directory before what is in it. */
export function compareTrees(before: Tree, after: Tree): readonly FileChange[] {
	return [...differences('', before, after)];
}

function* differences(folder: string, before: Tree, after: Tree): Generator<FileChange> {
	const names = new Set([...before.list(folder), ...after.list(folder)]);
	for (const name of [...names].sort(compareBytes)) {
		const path = joinPath(folder, name);
		const change = changeOf(path, before.stat(path), after.stat(path));
		if (change) yield change;
		yield* differences(path, before, after);
	}
}

function changeOf(path: string, one: Entry | undefined, other: Entry | undefined): FileChange | undefined {
	const [before, after] = [one && factsOf(one), other && factsOf(other)];
	if (!before || !after) {
		const change = after ? 'added' : 'removed';
		return {path, change, how: [], ...(before && {before}), ...(after && {after})};
	}
	const how = aspects.filter(([, value]) => value(before) !== value(after)).map(([aspect]) => aspect);
	return how.length === 0 ? undefined : {path, change: 'changed', how, before, after};
}

/** What is compared, each by a text that is equal where it is. */
const aspects: readonly (readonly [FileAspect, (facts: FileFacts) => string])[] = [
	['type', ({type}) => type],
	['mode', ({mode}) => `${mode}`],
	['owner', ({uid, gid}) => `${uid}:${gid}`],
	['size', ({size}) => `${size}`],
	['content', ({digest}) => digest ?? ''],
	['link', ({linkname}) => linkname ?? ''],
	['device', ({major, minor}) => `${major}:${minor}`],
	[
		'xattrs',
		({xattrs = {}}) => JSON.stringify(Object.entries(xattrs).sort(([one], [other]) => compareBytes(one, other))),
	],
];

function factsOf({path: _, mtime: __, content: ___, offset: ____, body: _____, ...facts}: Entry): FileFacts {
	return facts;
}
