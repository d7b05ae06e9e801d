import {createHash} from 'node:crypto';
import type {Digest} from '../oci/digest.ts';
import type {Mount} from '../plan/plan.ts';
import {cacheFolders, cacheLock, cachePlaceLock, putCacheAway} from '../store/caches.ts';
import type {Store} from '../store/store.ts';
import type {Worker} from '../worker/worker.ts';

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
export interface CacheWaiting {
	readonly worker: Pick<Worker, 'remove'>;
	/** Each is empty when the build first takes it so, as `--no-cache` has it. */
	readonly anew: boolean;
	readonly signal: AbortSignal;
	readonly onWait: (pid: number | undefined) => void;
}

/** The cache mounts of one build. */
export interface CacheMounts {
	/**
	 * Takes the caches of a RUN, across all processes with this store (SURFACE RUN-3): `locked` waits until nobody else has it, `private`
	 * takes one that nobody has, `shared` shares it. Always in the same order, so that two steps cannot wait for each other.
	 */
	hold(caches: readonly CacheMount[], waiting: CacheWaiting): Promise<HeldCaches>;
}

export function cacheMounts(store: Store): CacheMounts {
	const renewed = new Map<string, Promise<void>>();
	const renew = (name: string, worker: CacheWaiting['worker']) => {
		const done = renewed.get(name) ?? putAway(name, store, worker);
		renewed.set(name, done);
		return done;
	};
	return {
		async hold(caches, waiting) {
			const held: AsyncDisposable[] = [];
			const names = new Map<Mount, string>();
			const release = async () => {
				for (const lock of held.toReversed()) await lock[Symbol.asyncDispose]();
			};
			try {
				for (const [name, same] of [...byName(caches)].sort(([one], [other]) => (one < other ? -1 : 1))) {
					if (waiting.anew) await renew(name, waiting.worker);
					const taken = await take(name, sharingOf(same), {store, ...waiting});
					held.push(taken.lock);
					for (const {mount} of same) names.set(mount, taken.name);
				}
				return {names, [Symbol.asyncDispose]: release};
			} catch (error) {
				await release();
				throw error;
			}
		},
	};
}

/** A name is a hash: an id can be anything, `../` too (CVE-2024-9675). */
function byName(caches: readonly CacheMount[]): ReadonlyMap<string, readonly CacheMount[]> {
	const groups = new Map<string, CacheMount[]>();
	for (const cache of caches) {
		const name = createHash('sha256')
			.update(JSON.stringify(identityOf(cache)))
			.digest('hex')
			.slice(0, 32);
		groups.set(name, [...(groups.get(name) ?? []), cache]);
	}
	return groups;
}

/** Caches of one id that begin in different ways are different caches, as in BuildKit: by owner and mode, if any is given, or by their seed. */
function identityOf({mount: {id, source, uid, gid, mode}, seed}: CacheMount): readonly unknown[] {
	if (seed !== undefined) return [id, seed, source, uid, gid, mode];
	const isOwned = source === '/' && [uid, gid, mode].some(value => value !== undefined);
	return isOwned ? [id, uid ?? 0, gid ?? 0, mode ?? 0o755] : [id];
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

type Taking = Pick<CacheWaiting, 'signal' | 'onWait'> & {readonly store: Store};

async function take(name: string, sharing: Sharing, {store, signal, onWait}: Taking): Promise<Taken> {
	if (sharing !== 'private') {
		const mode = sharing === 'locked' ? 'exclusive' : 'shared';
		return {name, lock: await store.lock(cacheLock(name), {mode, signal, onWait})};
	}
	for (let count = 0; ; count++) {
		const candidate = count === 0 ? name : `${name}-${count}`;
		const lock = store.tryLock(cacheLock(candidate));
		if (lock) return {name: candidate, lock};
	}
}

/** Of the cache and its private copies. What a program still uses is left for prune. */
async function putAway(name: string, store: Store, worker: CacheWaiting['worker']): Promise<void> {
	const own = cacheFolders(store.root).filter(folder => !folder.isAway && folder.name.replace(/-\d+$/, '') === name);
	for (const folder of own) {
		await using _ = await store.lock(cachePlaceLock(folder.name));
		const unused = store.tryLock(cacheLock(folder.name));
		const away = putCacheAway(store.root, folder.name);
		if (unused && away !== undefined) await worker.remove([away]);
		await unused?.[Symbol.asyncDispose]();
	}
}
