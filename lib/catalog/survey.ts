import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {recompressedKind} from '../export/recompressed.ts';
import {blocksKind} from '../layer/known-blocks.ts';
import {placesKind} from '../snapshot/places.ts';
import {containersKind} from '../store/containers.ts';
import type {Store} from '../store/store.ts';
import type {UsageRow} from './catalog.ts';
import {cacheHolders, leftoverFolders, logHolders, snapshotHolders} from './folders.ts';
import {baseHolders, containerHolders, followers, imageHolders, stepHolders} from './holders.ts';
import {provenanceKind} from './provenance.ts';

/** Something that a store keeps, and what it needs for it. */
export interface Holder {
	readonly what: Exclude<UsageRow['what'], 'total'>;
	/** Milliseconds since the epoch. */
	readonly lastUsed: number;
	/** Files it needs, an image's manifest first; others may need them too. Those that are not there do no harm. */
	readonly files: readonly string[];
	/** Those of them that are the blobs of layers: all that counts, in size. */
	readonly layers?: readonly string[];
	/** What it has to itself, if it is a folder. */
	readonly folder?: Folder;
	/** Takes it out of index.json, if it is an image. */
	readonly untag?: () => Promise<unknown>;
	/** What it stood for is gone: it is of no use to anybody. */
	readonly isBroken?: boolean;
	/** Whether an image may go: `named` never, `unnamed` when asked for, `failed` after a day. */
	readonly image?: 'named' | 'unnamed' | 'failed';
}

export interface Folder {
	readonly path: string;
	/** Bytes on the disk. */
	readonly size: number;
}

/** All that lies in a store. A file goes when nothing that stays holds it: there is no other rule of garbage. */
export interface Survey {
	/** Size by path. */
	readonly files: ReadonlyMap<string, number>;
	readonly holders: readonly Holder[];
	/** Files that stay as long as another one does, by that one. */
	readonly followers: readonly {readonly file: string; readonly leader: string}[];
	/** Of processes that are dead, and of runs of this machine that are over. */
	readonly leftovers: readonly Folder[];
}

/** The folders whose files are counted and collected, in the order in which they may go: what names others before those. */
export const collected = [
	containersKind,
	'steps',
	'results',
	'bases',
	provenanceKind,
	placesKind,
	blocksKind,
	recompressedKind,
	'layers',
	'tocs',
	'blobs/sha256',
] as const;

/** Looks at everything. `alone`: nobody else has the store open, so whatever is unfinished is a leftover. */
export async function survey(store: Store, {alone}: {readonly alone: boolean}): Promise<Survey> {
	const {root} = store;
	return {
		files: new Map(collected.flatMap(folder => filesBelow(join(root, folder)))),
		holders: [
			...(await imageHolders(store)),
			...(await containerHolders(store)),
			...(await baseHolders(store)),
			...stepHolders(store),
			...snapshotHolders(store),
			...cacheHolders(root),
			...logHolders(root),
		],
		followers: followers(store),
		leftovers: leftoverFolders(store, alone),
	};
}

function filesBelow(folder: string): [path: string, size: number][] {
	try {
		return readdirSync(folder, {withFileTypes: true, recursive: true})
			.filter(entry => entry.isFile())
			.map(entry => join(entry.parentPath, entry.name))
			.map(path => [path, statSync(path, {throwIfNoEntry: false})?.size ?? 0]);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
}
