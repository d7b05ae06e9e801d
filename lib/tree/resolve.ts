import type {Tree} from './tree.ts';

/** The only question that finding one's way asks of a tree. */
export type Stat = Pick<Tree, 'stat'>;

/** As many links as the kernel follows before it says ELOOP (path_resolution(7)). */
const mostLinks = 40;

/**
 * Where `path` really lies: every link on the way is followed inside the root, which `..` never leaves. The last name is followed too,
 * unless told to `keep` it. Names that are not there stay as they are. Links in a circle are an error.
 */
export function resolvePath(
	tree: Stat,
	path: string,
	last: 'follow' | 'keep' = 'follow',
): string | {readonly error: string} {
	const pending = path.split('/').reverse();
	let resolved: string[] = [];
	for (let links = 0; pending.length > 0; ) {
		const name = pending.pop();
		if (name === '..') resolved.pop();
		if (name === undefined || name === '' || name === '.' || name === '..') continue;
		resolved.push(name);
		const entry = tree.stat(resolved.join('/'));
		if (entry?.type !== 'symlink' || (last === 'keep' && pending.every(isNothing))) continue;
		if (++links > mostLinks) return {error: `${path} is a circle of links`};
		const target = entry.linkname ?? '';
		resolved = target.startsWith('/') ? [] : resolved.slice(0, -1);
		pending.push(...target.split('/').reverse());
	}
	return resolved.join('/');
}

function isNothing(name: string): boolean {
	return name === '' || name === '.';
}
