import {rmSync} from 'node:fs';
import {applyLayer} from '../layer/apply.ts';
import {encoderName} from '../layer/encoder.ts';
import {overlayChanges} from '../layer/overlay-changes.ts';
import type {PackRequest} from '../layer/pack.ts';
import type {PackedLayer, PackProgress} from '../layer/packed.ts';
import type {Packer} from '../layer/packer.ts';
import {summary} from '../layer/summary.ts';
import {hexOf} from '../oci/digest.ts';
import type {Layer} from '../oci/image.ts';
import type {Frozen} from '../snapshot/snapshot.ts';
import type {ApplyLayer} from '../snapshot/unpack.ts';
import {recordLayer} from '../store/layers.ts';
import type {Store} from '../store/store.ts';
import type {Entry} from '../tree/entry.ts';
import {mergeTocs} from '../tree/merge.ts';
import type {Toc} from '../tree/toc.ts';

/** Unpacks layers of the store; what the pass finds out about one is recorded. */
export function applyBlob(store: Store, singleID: boolean): ApplyLayer {
	return async ({descriptor, diffID}, folder, whiteouts) => {
		const {toc, implicit} = await applyLayer(store.blobs.pathOf(descriptor.digest), folder, {
			diffID,
			owners: singleID ? 'single' : 'keep',
			whiteouts: whiteouts === 'remove' ? 'delete' : 'overlay',
		});
		const tocs = store.records<Toc>('tocs');
		if (!tocs.get(hexOf(diffID))) tocs.put(hexOf(diffID), toc);
		await recordLayer(store, {diffID, blobs: {}, ...summary(toc)});
		return {implicit};
	};
}

export interface Changes {
	readonly frozen: Frozen;
	readonly epoch: number | undefined;
	/** Path prefix of the files in the making. */
	readonly draft: string;
	/** What the program started from, where owners are to be taken from there. */
	readonly owners: readonly Layer[] | undefined;
	readonly onProgress: (progress: PackProgress) => void;
}

/** Packs what a program changed into a layer of the store: blob and TOC first, then the record that names them. */
export async function packChanges(store: Store, packer: Packer, changes: Changes): Promise<PackedLayer> {
	const {frozen, epoch, draft, onProgress} = changes;
	const [blob, tocFile] = [`${draft}.blob`, `${draft}.toc`];
	try {
		const source = sourceOf(store, changes);
		const request = {source, blob, toc: tocFile, ...(epoch === undefined ? {} : {epoch})};
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

/**
 * With one id every file is root's on disk. What was there before has in truth the owner that its layer says
 * (a link to it by the name it has there); what is new stays root's.
 */
function sourceOf(store: Store, {frozen, owners}: Changes): PackRequest['source'] {
	if (!owners) return {upper: frozen.changes};
	const tocs = store.records<Toc>('tocs');
	const before = mergeTocs(owners.map(({diffID}) => ({diffID, toc: tocs.get(hexOf(diffID)) ?? []})));
	const owned = (entry: Entry): Entry => {
		const {uid, gid} = before.stat(entry.path) ?? entry;
		return {...entry, uid, gid};
	};
	return {entries: overlayChanges(frozen.changes).map(entry => (isMark(entry) ? entry : owned(entry)))};
}

function isMark({type}: Entry): boolean {
	return type === 'whiteout' || type === 'opaque';
}
