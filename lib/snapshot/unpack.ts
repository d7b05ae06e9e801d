import {join} from 'node:path';
import type {ChainID} from '../oci/digest.ts';
import type {ArrivingLayer} from '../oci/image.ts';
import type {Store} from '../store/store.ts';
import {contentOf, draftFolder, keepFolder} from './folders.ts';
import {inheritDirectories} from './inherit.ts';
import {chainsOf, type Places, placesOf} from './places.ts';

/** What unpacking needs of others. */
export interface Unpacking {
	readonly store: Pick<Store, 'root' | 'records' | 'lock'>;
	/** A folder on the store's filesystem for what is unfinished. */
	readonly scratch: string;
	readonly apply: ApplyLayer;
}

/**
 * Puts the files of a layer's blob into a folder. `whiteouts`: `overlay` writes them as overlayfs has them,
 * `remove` does what they say to a folder that holds the lower layers already.
 */
export type ApplyLayer = (layer: ArrivingLayer, folder: string, whiteouts: 'overlay' | 'remove') => Promise<Applied>;

export interface Applied {
	/** Directories that had to be made for their children, the layer having no entry of its own for them; parents first. */
	readonly implicit: readonly string[];
}

/**
 * The folder of each layer of a stack. What is missing is unpacked side by side, under locks taken from the lowest
 * layer up, so that two processes with a common base cannot wait for each other. Nothing half unpacked has a record.
 */
export async function unpackStack(layers: readonly ArrivingLayer[], unpacking: Unpacking): Promise<string[]> {
	const places = placesOf(unpacking.store, 'overlay');
	const chains = chainsOf(layers);
	const {found, locks} = await lockMissing(chains, places, unpacking);
	try {
		const drafts = await someAtOnce(layers, async (layer, index) =>
			found[index] ? undefined : draft(layer, unpacking),
		);
		const folders: string[] = [];
		for (const [index, chain] of chains.entries()) {
			const made = drafts[index];
			const name = made ? finish(unpacking.store.root, folders, made) : found[index];
			if (made && name) places.put(chain, name);
			if (name) folders.push(name);
		}
		return folders;
	} finally {
		for (const lock of locks) await lock[Symbol.asyncDispose]();
	}
}

/** What is there already, and locks on the places of all that is not. */
async function lockMissing(chains: readonly ChainID[], places: Places, {store}: Unpacking) {
	const locks: AsyncDisposable[] = [];
	const found: (string | undefined)[] = [];
	for (const chain of chains) {
		const folder = places.get(chain);
		if (folder === undefined) locks.push(await store.lock(`snapshot ${chain}`));
		found.push(folder ?? places.get(chain));
	}
	return {found, locks};
}

/** How many layers are unpacked at the same time: while one decompresses, others write. */
const most = 4;

/** The results in order. After a failure nothing more is begun, and what was begun has ended when it rejects. */
async function someAtOnce<Item, Result>(items: readonly Item[], work: (item: Item, index: number) => Promise<Result>) {
	const results: Result[] = [];
	const rest = each(items);
	const lane = async () => {
		for (const [index, item] of rest) results[index] = await work(item, index);
	};
	const lanes = Array.from({length: most}, lane);
	await Promise.allSettled(lanes);
	await Promise.all(lanes);
	return results;
}

/** Unlike an array's own iterator it ends for all lanes when one leaves its loop. */
function* each<Item>(items: readonly Item[]): Generator<[number, Item]> {
	yield* items.entries();
}

interface Draft extends Applied {
	readonly folder: string;
}

async function draft(layer: ArrivingLayer, {scratch, apply}: Unpacking): Promise<Draft> {
	const folder = draftFolder(scratch);
	return {folder, ...(await apply(layer, join(folder, 'fs'), 'overlay'))};
}

/** The lower layers are finished by now: directories that are only implied look as they do there. */
function finish(root: string, below: readonly string[], {folder, implicit}: Draft): string {
	inheritDirectories(join(folder, 'fs'), implicit, below.map(name => contentOf(root, name)).reverse());
	return keepFolder(root, folder);
}
