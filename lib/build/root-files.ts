import type {RootFiles} from '../attest/inventory.ts';
import {checkedContent} from '../export/checked-content.ts';
import {showContents} from '../layer/contents.ts';
import type {Store} from '../store/store.ts';
import type {Files} from './files.ts';
import {blobOf, byLayer, isInLayer} from './in-layers.ts';
import type {Supply} from './supply.ts';
import {treeOf} from './tocs.ts';

/** The files of a finished stage as they lie in the blobs of its layers; a content that is read whole is what its TOC says. */
export async function rootFiles(
	files: Files,
	{store, supply}: {readonly store: Store; readonly supply: Supply},
): Promise<RootFiles> {
	return {
		tree: await treeOf(files, {store, supply}),
		async read(wanted, show) {
			for (const [diffID, entries] of byLayer(wanted.filter(isInLayer))) {
				const ranges = entries.map(entry => ({entry, offset: entry.content.offset, size: entry.size}));
				const blob = blobOf(diffID, store);
				await showContents(blob, ranges, ({entry}, content) => show(entry, checkedContent(entry, content, blob)));
			}
		},
	};
}
