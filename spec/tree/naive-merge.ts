/** Paths of a layer and what they are. An opaque directory is a directory, too. */
export type NaiveLayer = Readonly<Record<string, 'file' | 'directory' | 'symlink' | 'whiteout' | 'opaque'>>;

/** The paths of a stack, directories with a slash, by applying one change after the other to a list of all paths. */
export function naiveMerge(layers: readonly NaiveLayer[]): string[] {
	const tree = new Map<string, 'directory' | 'other'>();
	for (const layer of layers) {
		for (const [path, kind] of Object.entries(layer)) if (kind === 'whiteout') remove(tree, path, true);
		for (const [path, kind] of Object.entries(layer)) if (kind === 'opaque') remove(tree, path, false);
		for (const [path, kind] of Object.entries(layer)) if (kind !== 'whiteout') put(tree, path, kind);
	}
	return [...tree].map(([path, kind]) => (kind === 'directory' ? `${path}/` : path)).sort();
}

function remove(tree: Map<string, string>, path: string, itself: boolean): void {
	for (const other of [...tree.keys()]) {
		if (other.startsWith(`${path}/`) || (itself && other === path)) tree.delete(other);
	}
}

function put(tree: Map<string, 'directory' | 'other'>, path: string, kind: string): void {
	const names = path.split('/');
	for (let depth = 1; depth < names.length; depth++) tree.set(names.slice(0, depth).join('/'), 'directory');
	const isDirectory = kind === 'directory' || kind === 'opaque';
	if (!isDirectory) remove(tree, path, true);
	tree.set(path, isDirectory ? 'directory' : 'other');
}
