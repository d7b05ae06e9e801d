import type {Bytes} from '../bytes.ts';
import {contentsOfLayer} from '../layer/contents.ts';
import type {DiffID} from '../oci/digest.ts';
import type {Layer} from '../oci/image.ts';
import type {Store} from '../store/store.ts';
import type {Content, Entry} from '../tree/entry.ts';
import {joinPath} from '../tree/paths.ts';
import type {TocEntry} from '../tree/toc.ts';
import type {Tree} from '../tree/tree.ts';
import {checkedContent} from './checked-content.ts';
import {treeOfLayers} from './layer-tocs.ts';

/** A path of an image's merged files. The content is empty for all but files. */
export interface FlatFile {
	readonly entry: TocEntry;
	content(): Bytes;
}

/**
 * What a stack of layers, the lowest first, looks like when unpacked on one another: each path once, whiteouts applied. In an order
 * that a tar can have and that takes one pass over each layer: all that is no file by path, parents first; then files as the layers
 * have them, each with the further names of its inode. The root itself is left out. Rejects if a content is not what its TOC says.
 */
export async function* flatFiles(
	layers: readonly Layer[],
	store: Store,
	signal?: AbortSignal,
): AsyncGenerator<FlatFile, void> {
	const tree = await treeOfLayers(layers, {store, signal});
	const inodes = new Map<DiffID, Map<number, Inode>>();
	for (const entry of walk(tree, '')) {
		if (entry.content?.from === 'layer') addName(inodes, entry, entry.content);
		else yield {entry: withoutContent(entry), content: noBytes};
	}
	for (const {diffID, descriptor} of layers) {
		const files = inodes.get(diffID);
		inodes.delete(diffID);
		if (files) yield* contents(files, store.blobs.pathOf(descriptor.digest));
	}
}

/** A file's content in a layer, and all paths that have it. */
type Inode = [first: Entry, ...others: Entry[]];

function* walk(tree: Tree, directory: string): Generator<Entry> {
	for (const name of tree.list(directory)) {
		const path = joinPath(directory, name);
		const entry = tree.stat(path);
		if (!entry) continue;
		yield entry;
		if (entry.type === 'directory') yield* walk(tree, path);
	}
}

function addName(inodes: Map<DiffID, Map<number, Inode>>, entry: Entry, content: Content & {from: 'layer'}): void {
	const files = inodes.get(content.diffID) ?? new Map<number, Inode>();
	inodes.set(content.diffID, files);
	const names = files.get(content.offset);
	if (names) names.push(entry);
	else files.set(content.offset, [entry]);
}

async function* contents(files: ReadonlyMap<number, Inode>, blob: string): AsyncGenerator<FlatFile, void> {
	const wanted = [...files].map(([offset, names]) => ({offset, size: names[0].size, names}));
	for await (const {range, content} of contentsOfLayer(blob, wanted)) {
		const [first, ...others] = range.names;
		yield {entry: withoutContent(first), content: () => checkedContent(first, content, blob)};
		for (const other of others) {
			const link = {...withoutContent(other), type: 'hardlink', size: 0, linkname: first.path} as const;
			yield {entry: link, content: noBytes};
		}
	}
}

/** A file that has several names is listed with the first of them, which means nothing here. */
function withoutContent({content: _, ...entry}: Entry): TocEntry {
	if (entry.type !== 'file') return entry;
	const {linkname: __, ...file} = entry;
	return file;
}

async function* noBytes(): Bytes {}
