import {EventEmitter, once} from 'node:events';
import {readFileSync, rmSync} from 'node:fs';
import {collect} from '../../lib/bytes.ts';
import {StoreError} from '../../lib/errors.ts';
import {type Digest, digestOf} from '../../lib/oci/digest.ts';
import type {Descriptor, Index} from '../../lib/oci/image.ts';
import {
	descriptorOf,
	emptyIndex,
	nameOf,
	taggedAt,
	withoutManifest,
	withoutTag,
	withTag,
	withTagMoved,
} from '../../lib/oci/layout.ts';
import {verify} from '../../lib/oci/verify.ts';
import type {BlobStore, Images, Records, Store} from '../../lib/store/store.ts';

/** A store without a disk: what has a path in a real one has a path here too, but nothing lies there. */
export function memoryStore(): Store {
	const kinds = new Map<string, Map<string, string>>();
	const locks = memoryLocks();
	return {
		root: '/memory',
		blobs: memoryBlobs(),
		images: memoryImages(),
		records: kind => {
			const values = kinds.get(kind) ?? new Map<string, string>();
			kinds.set(kind, values);
			return memoryRecords(values);
		},
		temporary: () => `/memory/tmp/${Math.random()}`,
		...locks,
		[Symbol.asyncDispose]: async () => {},
	};
}

/** Blobs in a map. */
export function memoryBlobs(): BlobStore {
	const blobs = new Map<Digest, Uint8Array>();
	const has = (digest: Digest, size?: number) => {
		const blob = blobs.get(digest);
		return blob !== undefined && (size === undefined || blob.byteLength === size);
	};
	return {
		has,
		pathOf: digest => `/memory/blobs/${digest}`,
		open: descriptor => verify(descriptor, read(descriptor, blobs.get(descriptor.digest))),
		async put(descriptor, content) {
			if (!has(descriptor.digest, descriptor.size))
				blobs.set(descriptor.digest, await collect(verify(descriptor, content)));
		},
		add(bytes, mediaType) {
			const digest = digestOf(bytes);
			blobs.set(digest, Buffer.from(bytes));
			return {mediaType, digest, size: bytes.byteLength};
		},
		adopt() {
			throw new Error('a store in memory adopts no files');
		},
	};
}

async function* read({digest}: Descriptor, bytes: Uint8Array | undefined) {
	if (!bytes) throw new StoreError('BLOB_MISSING', `blob ${digest} is not there`);
	yield bytes;
}

function memoryRecords<T>(values: Map<string, string>): Records<T> {
	return {
		get: key => {
			const text = values.get(key);
			return text === undefined ? undefined : (JSON.parse(text) as T);
		},
		put: (key, value) => void values.set(key, JSON.stringify(value)),
		adopt(key, path) {
			values.set(key, readFileSync(path, 'utf8'));
			rmSync(path);
		},
		delete: key => void values.delete(key),
		keys: (prefix = '') => [...values.keys()].filter(key => key.startsWith(prefix)),
		pathOf: key => `/memory/${key}.json`,
	};
}

function memoryImages(): Images {
	let index: Index = emptyIndex;
	const list = () =>
		index.manifests.map(entry => {
			const name = nameOf(entry);
			const tagged = Date.parse(entry.annotations?.[taggedAt] ?? '');
			return {...(name === undefined ? {} : {name}), descriptor: descriptorOf(entry), tagged};
		});
	return {
		list,
		find: name => list().find(image => image.name === name),
		async tag(descriptor, name) {
			index = withTag(index, descriptor, {...(name === undefined ? {} : {name}), at: new Date()});
		},
		async replace(descriptor, name) {
			index = withTagMoved(index, descriptor, {name, at: new Date()});
		},
		async tagFailed(descriptor, name) {
			await this.tag(descriptor, name);
		},
		async untag(name) {
			const before = index;
			index = withoutTag(index, name);
			return index.manifests.length < before.manifests.length;
		},
		async remove(digest) {
			index = withoutManifest(index, digest);
		},
	};
}

function memoryLocks(): Pick<Store, 'lock' | 'tryLock'> {
	const held = new Map<string, {readonly mode: 'shared' | 'exclusive'}[]>();
	const changes = new EventEmitter().setMaxListeners(0);
	const take = (key: string, mode: 'shared' | 'exclusive'): AsyncDisposable | undefined => {
		const holders = held.get(key) ?? [];
		const isFree = holders.every(holder => holder.mode === 'shared' && mode === 'shared');
		if (!isFree) return undefined;
		const holder = {mode};
		held.set(key, [...holders, holder]);
		return {
			async [Symbol.asyncDispose]() {
				held.set(
					key,
					(held.get(key) ?? []).filter(other => other !== holder),
				);
				changes.emit('change');
			},
		};
	};
	return {
		tryLock: (key, mode = 'exclusive') => take(key, mode),
		async lock(key, {mode = 'exclusive', onWait, signal} = {}) {
			signal?.throwIfAborted();
			for (let told = false; ; told = true) {
				const lock = take(key, mode);
				if (lock) return lock;
				if (!told) onWait?.(process.pid);
				await once(changes, 'change');
			}
		},
	};
}
