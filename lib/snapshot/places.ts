import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {type ChainID, chainID, type Digest, hexOf} from '../oci/digest.ts';
import type {Layer} from '../oci/image.ts';
import type {Store} from '../store/store.ts';
import type {Snapshotter} from './snapshot.ts';

/**
 * `snapshots` record: which folder a layer was unpacked to, at one place in a stack. Folders are written without
 * waiting for the disk, so they are believed only until the machine starts anew.
 */
export interface Place {
	readonly folder: string;
	readonly boot: string;
}

export interface Places {
	get(chain: ChainID | Digest): string | undefined;
	put(chain: ChainID | Digest, folder: string): void;
}

/** The kind of record. */
export const placesKind = 'places';

/**
 * Where layers are unpacked, for one kind of snapshotter: the other's folders mean something else. `files` are those of build contexts,
 * by the digest of what was chosen.
 */
export function placesOf(store: Pick<Store, 'root' | 'records'>, kind: Snapshotter['kind'] | 'files'): Places {
	const records = store.records<Place>(placesKind);
	const boot = bootID();
	const key = (chain: ChainID | Digest) => `${kind}/${hexOf(chain)}`;
	return {
		get: chain => {
			const place = records.get(key(chain));
			const isThere = place?.boot === boot && existsSync(join(store.root, 'snapshots', place.folder));
			return isThere ? place.folder : undefined;
		},
		put: (chain, folder) => records.put(key(chain), {folder, boot}),
	};
}

/** Keeps the first folder known for a place. */
export function remember(chain: ChainID, folder: string | undefined, places: Places): void {
	if (folder !== undefined && places.get(chain) === undefined) places.put(chain, folder);
}

/** The chainID of each prefix of a stack: of the lowest layer alone, of the lowest two … */
export function chainsOf(layers: readonly Pick<Layer, 'diffID'>[]): readonly ChainID[] {
	const chains: ChainID[] = [];
	for (const {diffID} of layers) chains.push(chainID(chains.at(-1), diffID));
	return chains;
}

/** Tells one run of the kernel from another. */
export function bootID(): string {
	return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
