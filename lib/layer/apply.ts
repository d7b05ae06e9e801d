import {statSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import type {DiffID} from '../oci/digest.ts';
import {compareBytes} from '../tree/paths.ts';
import {fileWriter} from './file-writer.ts';
import {type LayerContents, visitLayer} from './layer-toc.ts';
import type {Owners} from './new-file.ts';
import {finishDirectories, openSite, placeEntry} from './place.ts';
import {deletingRemovals, hideLower, overlayRemovals} from './removals.ts';

export interface ApplyOptions {
	/** `single`: there is one id only, which all files belong to, whatever the layer says. Default `keep`. */
	readonly owners?: Owners;
	/** `overlay` (default): the folder is new, and to be mounted above others. `delete`: the folder holds the lower layers too. */
	readonly whiteouts?: 'overlay' | 'delete';
	/** What the layer is to unpack to. Told at the end: what was unpacked of another is the caller's to remove. */
	readonly diffID?: DiffID;
	/** Whether other threads read the blob and write small files; default: where the layer is large, files meet nothing and there is a processor for it. */
	readonly apart?: boolean;
	/** How many bytes the blob will have, if it is still being written. */
	readonly arriving?: number | undefined;
	readonly signal?: AbortSignal;
}

/** What unpacking a layer found out. */
export interface AppliedLayer extends LayerContents {
	/** Directories that the layer has not, but something below them: their mode, owner and times are those of lower layers. */
	readonly implicit: readonly string[];
	/** Device nodes, which nobody can make in a user namespace. The TOC has them. */
	readonly skipped: readonly string[];
}

/**
 * Unpacks a layer's blob into a folder, and makes its TOC in the same pass. Touches nothing outside the folder: an entry
 * that would is refused. When it rejects, the folder is half full, and the caller's to remove.
 */
export async function applyLayer(blob: string, folder: string, options: ApplyOptions = {}): Promise<AppliedLayer> {
	const {owners = 'keep', whiteouts = 'overlay', diffID, arriving, signal} = options;
	const skipped: string[] = [];
	const apart = options.apart ?? (whiteouts === 'overlay' && isWorthAThread(arriving ?? statSync(blob).size));
	using writer = apart ? await fileWriter(owners).catch(() => undefined) : undefined;
	const site = openSite(folder, {owners, writer, onMarked: hideLower});
	const {root, placed} = site;
	const removals = whiteouts === 'delete' ? deletingRemovals(root, placed) : overlayRemovals(root, placed);

	const contents = await visitLayer(blob, {
		expected: diffID,
		arriving,
		ahead: apart,
		async visit(entry, content) {
			signal?.throwIfAborted();
			if (entry.type === 'whiteout') removals.whiteout(entry.path);
			else if (entry.type === 'opaque') removals.opaque(entry.path);
			else if (entry.type === 'char' || entry.type === 'block') skipped.push(entry.path);
			else await placeEntry(site, entry, content);
		},
	});
	finishDirectories(site);
	return {...contents, implicit: [...root.implicit].sort(compareBytes), skipped};
}

function isWorthAThread(size: number): boolean {
	return availableParallelism() > 1 && size > 2 ** 20;
}
