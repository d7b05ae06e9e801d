import {createHash} from 'node:crypto';
import type {Digest} from '../oci/digest.ts';
import type {Mount} from '../plan/plan.ts';
import type {Store} from '../store/store.ts';

/** A cache mount, and the identity of the files that a new one begins with. */
export interface CacheMount {
	readonly mount: Mount;
	readonly seed?: Digest;
}

/** The caches that a RUN has, for as long as this is not disposed of. */
export interface HeldCaches extends AsyncDisposable {
	/** The name of the folder of each mount. */
	readonly names: ReadonlyMap<Mount, string>;
}

/** How the caches of one step wait for others'. */
export interface CacheLocking {
	readonly store: Store;
	readonly signal: AbortSignal;
	readonly onWait: (pid: number | undefined) => void;
}

/**
 * Takes the caches of a RUN, across all processes with this store (SURFACE RUN-3): `locked` waits until nobody else has it, `private`
 * takes one that nobody has, `shared` shares it. Always in the same order, so that two steps cannot wait for each other.
 */
export async function holdCaches(caches: readonly CacheMount[], locking: CacheLocking): Promise<HeldCaches> {
	const held: AsyncDisposable[] = [];
	const names = new Map<Mount, string>();
	const release = async () => {
		for (const lock of held.toReversed()) await lock[Symbol.asyncDispose]();
	};
	try {
		for (const [name, same] of [...byName(caches)].sort()) {
			const taken = await take(name, sharingOf(same), locking);
			held.push(taken.lock);
			for (const {mount} of same) names.set(mount, taken.name);
		}
		return {names, [Symbol.asyncDispose]: release};
	} catch (error) {
		await release();
		throw error;
	}
}

/** A name is a hash: an id can be anything, `../` too (CVE-2024-9675). */
function byName(caches: readonly CacheMount[]): ReadonlyMap<string, readonly CacheMount[]> {
	const groups = new Map<string, CacheMount[]>();
	for (const cache of caches) {
		const about = JSON.stringify([cache.mount.id, cache.seed, cache.seed && cache.mount.source]);
		const name = createHash('sha256').update(about).digest('hex').slice(0, 32);
		groups.set(name, [...(groups.get(name) ?? []), cache]);
	}
	return groups;
}

type Sharing = NonNullable<Mount['sharing']>;

/** Of one cache that a RUN mounts twice, the stricter way counts: it must not wait for itself. */
function sharingOf(caches: readonly CacheMount[]): Sharing {
	const asked = caches.map(({mount}) => mount.sharing);
	return (['locked', 'private', 'shared'] as const).find(sharing => asked.includes(sharing)) ?? 'shared';
}

interface Taken {
	readonly name: string;
	readonly lock: AsyncDisposable;
}

async function take(name: string, sharing: Sharing, {store, signal, onWait}: CacheLocking): Promise<Taken> {
	if (sharing !== 'private') {
		const mode = sharing === 'locked' ? 'exclusive' : 'shared';
		return {name, lock: await store.lock(lockName(name), {mode, signal, onWait})};
	}
	for (let count = 0; ; count++) {
		const candidate = count === 0 ? name : `${name}-${count}`;
		const lock = store.tryLock(lockName(candidate));
		if (lock) return {name: candidate, lock};
	}
}

function lockName(name: string): string {
	return `cache ${name}`;
}
