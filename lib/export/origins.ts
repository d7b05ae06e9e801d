import {type Digest, digestOf, hexOf} from '../oci/digest.ts';
import type {Descriptor} from '../oci/image.ts';
import {parseReference, type Reference} from '../oci/reference.ts';
import type {BaseRecord, Store} from '../store/store.ts';
import {contentsOf} from './image.ts';

/** Which repositories of a registry have which blobs, as far as a store knows from what was pulled from it and pushed to it. */
export interface Origins {
	/** Another repository of the same registry that has a blob, or had it once. */
	of(digest: Digest): Promise<string | undefined>;
	/** `root` was pushed to the repository. */
	add(root: Descriptor): void;
}

/** `pushes` records, one for each repository: the last images that were pushed to it. */
interface PushRecord {
	readonly registry: string;
	readonly repository: string;
	readonly roots: readonly Descriptor[];
}

const rememberedRoots = 8;

export function origins({registry, repository}: Reference, store: Store): Origins {
	const pushes = store.records<PushRecord>('pushes');
	const key = hexOf(digestOf(`${registry}/${repository}`));
	let found: Promise<ReadonlyMap<Digest, string>> | undefined;
	return {
		async of(digest) {
			found ??= blobsByRepository([...pulled(store), ...pushed(store)].filter(isElsewhere), store);
			return (await found).get(digest);
		},
		add({mediaType, digest, size}) {
			const before = pushes.get(key)?.roots.filter(root => root.digest !== digest) ?? [];
			const roots = [{mediaType, digest, size}, ...before].slice(0, rememberedRoots);
			pushes.put(key, {registry, repository, roots});
		},
	};

	function isElsewhere(push: PushRecord): boolean {
		return push.registry === registry && push.repository !== repository;
	}
}

function pushed(store: Store): readonly PushRecord[] {
	const records = store.records<PushRecord>('pushes');
	return records.keys().flatMap(key => records.get(key) ?? []);
}

function pulled(store: Store): readonly PushRecord[] {
	const records = store.records<BaseRecord>('bases');
	return records.keys().flatMap(key => {
		const {reference, descriptor} = records.get(key) ?? {};
		const place = reference === undefined ? undefined : parseReference(reference);
		return place && descriptor ? [{...place, roots: [descriptor]}] : [];
	});
}

async function blobsByRepository(images: readonly PushRecord[], {blobs}: Store): Promise<ReadonlyMap<Digest, string>> {
	const found = new Map<Digest, string>();
	for (const {repository, roots} of images) {
		for (const root of roots.filter(({digest, size}) => blobs.has(digest, size))) {
			const isHere = ({digest, size}: Descriptor) => blobs.has(digest, size);
			// what cannot be read is no reason not to push
			const contents = await contentsOf(root, blobs, isHere).catch(() => []);
			for (const {digest} of contents) found.set(digest, repository);
		}
	}
	return found;
}
