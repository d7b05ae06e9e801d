import {closeSync, openSync, rmSync} from 'node:fs';
import {applyLayer} from '../layer/apply.ts';
import {encoderName} from '../layer/encoder.ts';
import type {FileTimes} from '../layer/file-times.ts';
import {overlayChanges} from '../layer/overlay-changes.ts';
import type {PackRequest} from '../layer/pack.ts';
import type {PackedLayer, PackProgress} from '../layer/packed.ts';
import type {Packer} from '../layer/packer.ts';
import {summary} from '../layer/summary.ts';
import {hexOf} from '../oci/digest.ts';
import type {Layer} from '../oci/image.ts';
import type {ChangedFiles} from '../snapshot/snapshot.ts';
import type {ApplyLayer} from '../snapshot/unpack.ts';
import {recordLayer} from '../store/layers.ts';
import type {Store} from '../store/store.ts';
import type {Entry} from '../tree/entry.ts';
import {mergeTocs} from '../tree/merge.ts';
import type {Toc} from '../tree/toc.ts';

/** Unpacks layers of the store, also on their way there; what the pass finds out about one is recorded. */
export function applyBlob(store: Store, singleID: boolean): ApplyLayer {
	return async ({descriptor: {digest, size}, diffID, arriving}, folder, whiteouts) => {
		using begun = arriving === undefined ? undefined : holdOn(arriving);
		const {toc, implicit} = await applyLayer(begun?.path ?? store.blobs.pathOf(digest), folder, {
			diffID,
			arriving: begun && size,
			owners: singleID ? 'single' : 'keep',
			whiteouts: whiteouts === 'remove' ? 'delete' : 'overlay',
		});
		const tocs = store.records<Toc>('tocs');
		if (!tocs.get(hexOf(diffID))) tocs.put(hexOf(diffID), toc);
		await recordLayer(store, {diffID, blobs: {}, ...summary(toc)});
		return {implicit};
	};
}

/** A file that is being written, by a path that stays when it gets another name; undefined if it has that by now. */
function holdOn(path: string): ({readonly path: string} & Disposable) | undefined {
	try {
		const fd = openSync(path, 'r');
		return {path: `/proc/self/fd/${fd}`, [Symbol.dispose]: () => closeSync(fd)};
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
}

export interface Changes {
	readonly frozen: ChangedFiles;
	readonly times: FileTimes | undefined;
	/** Path prefix of the files in the making. */
	readonly draft: string;
	/** What the program started from, where owners are to be taken from there. */
	readonly owners: readonly Layer[] | undefined;
	/** Directories whose content is left out, without a leading slash. */
	readonly omit: readonly string[];
	/** Empty files and directories that are left out: mount points of a program that runs. */
	readonly stubs: readonly string[];
	readonly onProgress: (progress: PackProgress) => void;
}

/** Packs what a program changed into a layer of the store: blob and TOC first, then the record that names them. */
export async function packChanges(store: Store, packer: Packer, changes: Changes): Promise<PackedLayer> {
	const {frozen, times, draft, onProgress} = changes;
	const [blob, tocFile] = [`${draft}.blob`, `${draft}.toc`];
	try {
		const source = sourceOf(store, changes);
		const request = {source, blob, toc: tocFile, ...(times && {times})};
		const packed = await packer.pack(request, {onProgress});
		const {layer, content, unpacked, files} = packed;
		store.records<Toc>('tocs').adopt(hexOf(layer.diffID), tocFile);
		store.blobs.adopt(blob, layer.descriptor.digest);
		await recordLayer(store, {
			diffID: layer.diffID,
			blobs: {[encoderName()]: layer.descriptor},
			content,
			unpacked,
			files,
		});
		return packed;
	} finally {
		frozen[Symbol.dispose]();
		for (const path of [blob, tocFile]) rmSync(path, {force: true});
	}
}

/** What is packed: simply all of it, where nothing is left out and no owner is another. */
function sourceOf(store: Store, {frozen, owners, omit, stubs}: Changes): PackRequest['source'] {
	if (!owners && omit.length + stubs.length === 0) return {upper: frozen.changes};
	const isKept = ({path, size}: Entry) =>
		!omit.some(folder => path.startsWith(`${folder}/`)) && !(size === 0 && stubs.includes(path));
	const kept = overlayChanges(frozen.changes, isKept);
	return {entries: owners ? kept.map(ownerBefore(store, owners)) : kept};
}

/**
 * With one id every file is root's on disk. What was there before has in truth the owner that its layer says
 * (a link to it by the name it has there); what is new stays root's.
 */
function ownerBefore(store: Store, owners: readonly Layer[]): (entry: Entry) => Entry {
	const tocs = store.records<Toc>('tocs');
	const before = mergeTocs(owners.map(({diffID}) => ({diffID, toc: tocs.get(hexOf(diffID)) ?? []})));
	return entry => {
		const {uid, gid} = before.stat(entry.path) ?? entry;
		return isMark(entry) ? entry : {...entry, uid, gid};
	};
}

function isMark({type}: Entry): boolean {
	return type === 'whiteout' || type === 'opaque';
}
