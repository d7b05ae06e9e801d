import {StepError} from '../errors.ts';
import type {DiffID} from '../oci/digest.ts';
import type {Entry} from './entry.ts';
import {compareBytes} from './paths.ts';
import type {Toc, TocEntry} from './toc.ts';
import type {Tree} from './tree.ts';

/** One layer of a stack, by its table of contents. */
export interface TreeLayer {
	readonly diffID: DiffID;
	readonly toc: Toc;
}

/** One name in the merged tree. */
interface Node {
	/** Absent for a directory that no layer lists. */
	entry?: TocEntry;
	/** Where `entry` comes from, which for a hard link may be a layer below. */
	diffID?: DiffID;
	/** The first name of the inode, for its further names. */
	first?: string;
	/** Of a directory only. */
	children?: Map<string, Node>;
	/** The sorted names of `children`, once asked for. */
	names?: readonly string[];
}

const unlisted = {type: 'directory', mode: 0o755, uid: 0, gid: 0, size: 0, mtime: 0} as const;

/**
 * What a stack of layers, the lowest first, looks like when unpacked on one another
 * (https://github.com/opencontainers/image-spec/blob/main/layer.md#applying-changesets). A layer's whiteouts act on
 * the layers below it only. A directory that is only implied by a path replaces what is no directory, as overlayfs does.
 */
export function mergeTocs(layers: readonly TreeLayer[]): Tree {
	const root: Node = {children: new Map()};
	for (const layer of layers) addLayer(root, layer);
	return {
		stat(path) {
			const node = findNode(root, path);
			return node && entryOf(node, path);
		},
		list(path) {
			const node = findNode(root, path);
			if (!node?.children) return [];
			node.names ??= [...node.children.keys()].sort(compareBytes);
			return node.names;
		},
	};
}

/** The tree of `scratch`. */
export const emptyTree: Tree = mergeTocs([]);

function addLayer(root: Node, {diffID, toc}: TreeLayer): void {
	const links = new Map<string, TocEntry>();
	for (const entry of toc) {
		if (entry.type === 'whiteout') removeNode(root, entry.path);
		else if (entry.type === 'opaque') emptyDirectory(root, entry.path);
	}
	for (const entry of toc) {
		if (entry.type === 'hardlink') links.set(entry.path, entry);
		else if (entry.type !== 'whiteout' && entry.type !== 'opaque') putNode(root, entry.path, {entry, diffID});
	}
	for (const path of links.keys()) putNode(root, path, linkedNode(root, path, links));
}

function findNode(root: Node, path: string): Node | undefined {
	let node: Node | undefined = root;
	for (let at = 0; at < path.length && node; ) {
		const end = nextSlash(path, at);
		node = node.children?.get(path.slice(at, end));
		at = end + 1;
	}
	return node;
}

/** Puts a node where a path says. Only a directory on a directory keeps what is in it. */
function putNode(root: Node, path: string, node: Node): void {
	const isDirectory = node.entry?.type === 'directory';
	if (path === '') {
		root.entry = node.entry as TocEntry;
		return;
	}
	let directory = root;
	let at = 0;
	for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', at)) {
		directory = childDirectory(directory, path.slice(at, end));
		at = end + 1;
	}
	const name = path.slice(at);
	const children = isDirectory ? (directory.children?.get(name)?.children ?? new Map<string, Node>()) : undefined;
	directory.children?.set(name, children ? {...node, children} : node);
}

function childDirectory(directory: Node, name: string): Node {
	const child = directory.children?.get(name);
	if (child?.children) return child;
	const made: Node = {children: new Map()};
	directory.children?.set(name, made);
	return made;
}

function removeNode(root: Node, path: string): void {
	const slash = path.lastIndexOf('/');
	findNode(root, path.slice(0, Math.max(0, slash)))?.children?.delete(path.slice(slash + 1));
}

function emptyDirectory(root: Node, path: string): void {
	findNode(root, path)?.children?.clear();
}

/** A hard link names an inode: the file that its target is in this layer, or what the layers below left there. */
function linkedNode(root: Node, path: string, links: ReadonlyMap<string, TocEntry>): Node {
	let target = path;
	for (let steps = 0; steps <= links.size; steps++) {
		const link = links.get(target);
		if (!link) break;
		target = link.linkname ?? '';
	}
	const node = findNode(root, target);
	if (!node?.entry || node.children)
		throw new StepError('LAYER', `a layer links ${path} to ${target}, which is no file`);
	const {entry, diffID, first = target} = node;
	return entry.type === 'file' ? {entry, first, ...(diffID && {diffID})} : {entry, ...(diffID && {diffID})};
}

function entryOf({entry, diffID, first}: Node, path: string): Entry {
	if (!entry) return {path, ...unlisted};
	if (entry.type !== 'file' || !diffID) return {...entry, path};
	const {offset = 0, ...facts} = entry;
	return {...facts, path, content: {from: 'layer', diffID, offset}, ...(first !== undefined && {linkname: first})};
}

function nextSlash(path: string, from: number): number {
	const slash = path.indexOf('/', from);
	return slash < 0 ? path.length : slash;
}
