import type {PackedLayer} from '../layer/packed.ts';
import {type ChainID, chainID} from '../oci/digest.ts';
import type {Layer} from '../oci/image.ts';
import {chainsOf} from '../snapshot/places.ts';
import type {Snapshot} from '../snapshot/snapshot.ts';

/** Which stack of layers each snapshot of this worker holds; of one whose last layer is still being packed, once it is. */
export interface Chains {
	/** `snapshot` is what `layers` unpack to. */
	know(snapshot: Snapshot, layers: readonly Layer[]): void;
	/** `snapshot` is `parent` and one more layer. Resolves with its chainID; undefined where the parent's is not known or was not packed. */
	extend(snapshot: Snapshot, parent: Snapshot, packing: Promise<Packed>): Promise<ChainID | undefined>;
}

export function snapshotChains(): Chains {
	const known = new Map<string, Promise<ChainID | undefined>>();
	const none = keyOf({folders: []});
	return {
		know: (snapshot, layers) => known.set(keyOf(snapshot), Promise.resolve(chainsOf(layers).at(-1))),
		extend: (snapshot, parent, packing) => {
			const chain = extended(keyOf(parent) === none ? 'scratch' : known.get(keyOf(parent)), packing);
			known.set(keyOf(snapshot), chain);
			return chain;
		},
	};
}

type Packed = Pick<PackedLayer, 'layer'>;

async function extended(parent: 'scratch' | Promise<ChainID | undefined> | undefined, packing: Promise<Packed>) {
	const below = parent === 'scratch' ? undefined : await parent;
	if (below === undefined && parent !== 'scratch') return undefined;
	return packing.then(
		({layer}) => chainID(below, layer.diffID),
		() => undefined,
	);
}

function keyOf({folders}: Snapshot): string {
	return folders.join('/');
}
