import type {DiffID} from '../oci/digest.ts';
import {compareBytes, parentOf} from '../tree/paths.ts';
import {type LayerContents, visitLayer} from './layer-toc.ts';
import {finishDirectories, type Owners, placeEntry, type Site} from './place.ts';
import {deletingRemovals, hideLower, overlayRemovals} from './removals.ts';
import {rootFolder} from './root-folder.ts';

export interface ApplyOptions {
	/** `single`: there is one id only, which all files belong to, whatever the layer says. Default `keep`. */
	readonly owners?: Owners;
	/** `overlay` (default): the folder is new, and to be mounted above others. `delete`: the folder holds the lower layers too. */
	readonly whiteouts?: 'overlay' | 'delete';
	/** What the layer is to unpack to. Told at the end: what was unpacked of another is the caller's to remove. */
	readonly diffID?: DiffID;
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
	const {owners = 'keep', whiteouts = 'overlay', diffID, signal} = options;
	const skipped: string[] = [];
	const own = new Set<string>();
	const root = rootFolder(folder, place => hideLower(root, place));
	const removals = whiteouts === 'delete' ? deletingRemovals(root, own) : overlayRemovals(root);
	const site: Site = {root, owners, directories: new Map()};

	const contents = await visitLayer(blob, {
		expected: diffID,
		async visit(entry, content) {
			signal?.throwIfAborted();
			if (entry.type === 'whiteout') removals.whiteout(entry.path);
			else if (entry.type === 'opaque') removals.opaque(entry.path);
			else if (entry.type === 'char' || entry.type === 'block') skipped.push(entry.path);
			else addWithParents(own, await placeEntry(site, entry, content));
		},
	});
	finishDirectories(site);
	return {...contents, implicit: [...root.implicit].sort(compareBytes), skipped};
}

function addWithParents(places: Set<string>, place: string): void {
	for (let at = place; at !== '' && !places.has(at); at = parentOf(at)) places.add(at);
}
