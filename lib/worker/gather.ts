import {createHash} from 'node:crypto';
import {join} from 'node:path';
import type {Bytes} from '../bytes.ts';
import {openContent} from '../layer/content.ts';
import {changedFile} from '../layer/errors.ts';
import {finishDirectories, openSite, placeEntry} from '../layer/place.ts';
import {type Digest, digestFromHex} from '../oci/digest.ts';
import {draftFolder, keepFolder} from '../snapshot/folders.ts';
import {placesOf} from '../snapshot/places.ts';
import type {Snapshot} from '../snapshot/snapshot.ts';
import type {Store} from '../store/store.ts';
import type {Entry} from '../tree/entry.ts';

/** Files of a build context, and their identity. */
export interface Gathering {
	readonly digest: Digest;
	readonly entries: readonly Entry[];
}

/** What gathering files needs. */
export interface GatherPlace {
	readonly store: Store;
	/** A folder on the store's filesystem for what is unfinished. */
	readonly scratch: string;
	readonly ids: number;
}

/**
 * The snapshot with these files and no others: copies, so that neither a program changes the user's files nor the user what a
 * program sees. It is kept by the digest, so that files that did not change are copied once.
 */
export async function gatherFiles({digest, entries}: Gathering, {store, scratch, ids}: GatherPlace): Promise<Snapshot> {
	const places = placesOf(store, 'files');
	await using _ = await store.lock(`files ${digest}`);
	const known = places.get(digest);
	if (known !== undefined) return {folders: [known]};
	const draft = draftFolder(scratch);
	const site = openSite(join(draft, 'fs'), {owners: ids === 1 ? 'single' : 'keep'});
	for (const entry of entries) {
		if (entry.type !== 'char' && entry.type !== 'block') await placeEntry(site, entry, () => contentOf(entry));
	}
	finishDirectories(site);
	const folder = keepFolder(store.root, draft);
	places.put(digest, folder);
	return {folders: [folder]};
}

/** The bytes of a file, which must be those that its digest says. */
async function* contentOf(entry: Entry): Bytes {
	using content = openContent(entry);
	const hash = createHash('sha256');
	for (let left = entry.size; left > 0; ) {
		const piece = Buffer.allocUnsafe(Math.min(left, largestPiece));
		const count = content.read(piece, 0, piece.length);
		hash.update(piece.subarray(0, count));
		yield piece.subarray(0, count);
		left -= count;
	}
	content.finish();
	if (entry.digest !== undefined && entry.digest !== digestFromHex(hash.digest('hex'))) {
		throw changedFile(entry.content?.from === 'file' ? entry.content.path : entry.path);
	}
}

const largestPiece = 1024 * 1024;
