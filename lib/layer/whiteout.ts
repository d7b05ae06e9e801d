import {joinPath, nameOf, parentOf} from '../tree/paths.ts';
import {Malformed} from './errors.ts';

/** https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts */
const prefix = '.wh.';
const opaqueName = '.wh..wh..opq';
/** What aufs kept for itself, at the root of a layer. */
const bookkeeping = '.wh..wh.';

/** What a path in a layer's tar marks, if it marks something. `aufs`: bookkeeping of old engines, to be passed over. */
export type Mark = {readonly type: 'whiteout' | 'opaque' | 'aufs'; readonly path: string};

/** The mark that a path in a tar stands for, or undefined if it is an ordinary path. Refuses a mark that names no sibling. */
export function markOf(path: string): Mark | undefined {
	const name = nameOf(path);
	const parent = parentOf(path);
	if (path.startsWith(bookkeeping) && path !== opaqueName) return {type: 'aufs', path};
	if (parent.split('/').some(component => component.startsWith(prefix))) {
		throw new Malformed(`entry "${path}" lies below a whiteout`);
	}
	if (!name.startsWith(prefix)) return undefined;
	if (name === opaqueName) return {type: 'opaque', path: parent};
	const removed = name.slice(prefix.length);
	if (removed === '' || removed === '.' || removed === '..') {
		throw new Malformed(`entry "${path}" is a whiteout of "${removed}"`);
	}
	return {type: 'whiteout', path: joinPath(parent, removed)};
}

/** The path in a tar that marks `path`. */
export function markName(type: 'whiteout' | 'opaque', path: string): string {
	return type === 'opaque' ? joinPath(path, opaqueName) : joinPath(parentOf(path), prefix + nameOf(path));
}

/** Whether a name is taken by whiteouts, so that no file in a layer can have it (SURFACE LAY-2, W-13). */
export function isReserved(path: string): boolean {
	return nameOf(path).startsWith(prefix);
}
