import {mknod} from '../linux/mknod.ts';
import {setXattr} from '../linux/xattr.ts';
import {joinPath, nameOf, parentOf} from '../tree/paths.ts';
import type {RootFolder} from './root-folder.ts';

/** What the marks of a layer do to the folder it is unpacked into. Both spare what the same layer holds. */
export interface Removals {
	whiteout(path: string): void;
	opaque(path: string): void;
}

/**
 * For a folder that holds one layer: marks become those of overlayfs, which acts on them when the folder is mounted above others
 * (https://docs.kernel.org/filesystems/overlayfs.html#whiteouts-and-opaque-directories).
 */
export function overlayRemovals(root: RootFolder, own: Set<string>): Removals {
	return {
		whiteout(path) {
			const place = joinPath(root.makeDirectory(parentOf(path), path), nameOf(path));
			const found = root.stat(place);
			if (!found) mknod(root.native(place), {type: 'char', mode: 0});
			own.add(place);
			if (found?.isDirectory()) hideLower(root, place);
		},
		opaque: path => hideLower(root, root.makeDirectory(path, path)),
	};
}

/** Makes a directory hide what lower layers have at its place. */
export function hideLower(root: Pick<RootFolder, 'native'>, place: string): void {
	setXattr(root.native(place), 'user.overlay.opaque', Buffer.from('y'));
}

/** For a folder that holds the lower layers too: what is marked is deleted, but for the places in `own` and what they lie in. */
export function deletingRemovals(root: RootFolder, own: ReadonlySet<string>): Removals {
	const clear = (place: string) => {
		for (const name of root.names(place)) removeLower(joinPath(place, name));
	};
	const removeLower = (place: string) => {
		if (!own.has(place)) root.remove(place);
		else if (root.stat(place)?.isDirectory()) clear(place);
	};
	return {
		whiteout(path) {
			const parent = root.findDirectory(parentOf(path), path);
			if (parent !== undefined) removeLower(joinPath(parent, nameOf(path)));
		},
		opaque(path) {
			const place = root.findDirectory(path, path);
			if (place !== undefined) clear(place);
		},
	};
}
