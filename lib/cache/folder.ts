import {existsSync, readdirSync, realpathSync, rmSync, statSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {type Bytes, collect} from '../bytes.ts';
import {StoreError, StrataError, UsageError} from '../errors.ts';
import {beginLayout, indexOf, lockContent, lockLayout, replaceIndex} from '../export/layout-folder.ts';
import {placeBlob} from '../export/place.ts';
import {isTemporary, temporaryIn} from '../export/temporary.ts';
import {childrenOf} from '../oci/copy.ts';
import {type Digest, digestFromHex, isDigest} from '../oci/digest.ts';
import type {Descriptor, Index} from '../oci/image.ts';
import {nameOf, refName} from '../oci/layout.ts';
import {parseManifest} from '../oci/parse.ts';
import {DigestMismatchError, verify} from '../oci/verify.ts';
import {largestManifest} from '../registry/documents.ts';
import {blobPath, hasBlob, openBlob} from '../store/blobs.ts';
import {readIndex} from '../store/images.ts';
import {adoptFile, type Move, replaceFile} from '../store/replace.ts';
import type {Store} from '../store/store.ts';
import {copyFile} from './copy-file.ts';
import {cacheType} from './format.ts';
import {mountsType} from './mounts.ts';
import type {CacheSink, CacheSource} from './place.ts';

/** A cache in an OCI layout: https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
export interface FolderReference {
	readonly folder: string;
	/** What the layout calls it. Default: `latest`. */
	readonly tag?: string;
	/** Of the manifest, in place of the tag. */
	readonly digest?: Digest;
}

export function folderSource({folder, tag = 'latest', digest}: FolderReference): CacheSource {
	const root = resolve(folder);
	const open = (descriptor: Descriptor) => openThere(root, descriptor);
	return {
		name: folder,
		has: (wanted, size) => hasBlob(root, wanted, size),
		open,
		async resolve() {
			const path = join(root, 'index.json');
			if (!existsSync(path)) return undefined;
			if (statSync(path).size > largestManifest) throw tooLarge(path);
			const entry = readIndex(path).manifests.find(
				one => (digest === undefined && nameOf(one) === tag) || one.digest === digest,
			);
			if (!entry) return undefined;
			if (entry.size > largestManifest) throw tooLarge(blobPath(root, entry.digest));
			return {descriptor: entry, bytes: await collect(open(entry))};
		},
	};
}

/** A blob of another size is none, and neither is a pipe that nobody writes to. One that is not what its digest says goes. */
async function* openThere(root: string, descriptor: Descriptor): Bytes {
	if (!hasBlob(root, descriptor.digest, descriptor.size)) {
		throw new StoreError('BLOB_MISSING', `blob ${descriptor.digest} is not there`, {notes: [`looked in ${root}`]});
	}
	try {
		yield* openBlob(root, descriptor);
	} catch (error) {
		// it would count as there for ever, by its size
		if (error instanceof DigestMismatchError) removeQuietly(blobPath(root, descriptor.digest));
		throw error;
	}
}

/** The folder may be one that we can only read. */
function removeQuietly(path: string): void {
	try {
		rmSync(path, {force: true});
	} catch {
		// Who may write here has to.
	}
}

function tooLarge(path: string): StoreError {
	return new StoreError('CACHE_DAMAGED', `${path} is larger than any index or manifest`);
}

/**
 * Writes to a folder, made if it is not there; blobs of `store` go there without their bytes being copied, where the file system
 * allows it. Any number of processes may write to it, whatever their stores. What nothing in its index names any more is removed,
 * unless there is something in it that is no cache: that is another's then.
 */
export function folderSink({folder, tag = 'latest'}: Omit<FolderReference, 'digest'>, store: Store): CacheSink {
	const root = resolve(folder);
	const put: CacheSink['take'] = async (blob, from) => {
		const {digest, size} = blob;
		prepare(root, store);
		indexFor(root, tag);
		if (hasBlob(root, digest, size)) return 'present';
		if (store.blobs.has(digest, size)) await placeBlob(store.blobs.pathOf(digest), size, root);
		else await write(verify(blob, from.open(blob)), move(root, blobPath(root, digest), 0o444));
		return 'done';
	};
	const putRoot: CacheSink['takeRoot'] = async (manifest, from, signal) => {
		prepare(root, store);
		await using _ = await lockLayout(root, signal);
		const bytes = await collect(from.open(manifest));
		// others may have removed what their index did not name
		for (const blob of childrenOf(manifest, bytes)) await put(blob, from, signal);
		replaceFile(bytes, move(root, blobPath(root, manifest.digest), 0o444));
		const before = indexFor(root, tag);
		const index = withCache(before, manifest, {artifactType: artifactTypeOf(bytes), root, tag});
		replaceIndex(root, index);
		if (before.manifests.every(isCache)) await sweep(root, index);
	};
	return {
		name: folder,
		take: (blob, from, signal) => written(folder, put(blob, from, signal)),
		takeRoot: (manifest, from, signal) => written(folder, putRoot(manifest, from, signal)),
	};
}

/** For who reads a folder, made if it is not there, and writes what follows from that: one after the other, whatever their stores. */
export function lockFolder(folder: string, store: Store, signal: AbortSignal): Promise<AsyncDisposable> {
	const root = resolve(folder);
	const lock = async () => {
		prepare(root, store);
		return lockContent(root, signal);
	};
	return written(folder, lock());
}

/** What the disk says becomes an error that tells of the folder. */
function written<T>(folder: string, work: Promise<T>): Promise<T> {
	return work.catch(error => {
		if (error instanceof StrataError || (error as NodeJS.ErrnoException).code === undefined) throw error;
		throw new StoreError('CACHE_NOT_WRITABLE', `cannot write ${folder}: ${(error as Error).message}`, {
			help: ['another place for it: --cache-to type=local,dest=DIR'],
			cause: error,
		});
	});
}

function prepare(root: string, store: Store): void {
	if (!beginLayout(root) || realpathSync(root) === realpathSync(store.root)) throw notACache(root);
}

function notACache(root: string): UsageError {
	return new UsageError('CACHE_FOLDER', `${root} is not empty, and not an OCI layout that a cache can be written to`, {
		help: ['name a new folder: --cache-to type=local,dest=DIR'],
	});
}

async function write(content: Bytes, {temporary, path, mode}: Move): Promise<void> {
	try {
		await copyFile(content, temporary, mode);
		adoptFile({temporary, path, mode});
	} finally {
		rmSync(temporary, {force: true});
	}
}

function move(root: string, path: string, mode: number): Move {
	return {temporary: temporaryIn(root), path, mode};
}

/** The index that a cache is to stand in as `tag`. Throws a UsageError if that is the name of something else. */
function indexFor(root: string, tag: string): Index {
	const index = indexOf(root);
	if (index.manifests.every(one => nameOf(one) !== tag || isCache(one))) return index;
	throw new UsageError('CACHE_FOLDER', `${root} has something called ${tag} that is no cache`, {
		help: ['another name for the cache: --cache-to type=local,dest=DIR,tag=TAG', 'or a folder of its own'],
	});
}

/** A cache that lost its manifest goes, as the one does that had the tag. */
function withCache(
	index: Index,
	manifest: Descriptor,
	{artifactType, root, tag}: {readonly artifactType: string; readonly root: string; readonly tag: string},
): Index {
	const {mediaType, digest, size} = manifest;
	const entry: Descriptor = {mediaType, artifactType, digest, size, annotations: {[refName]: tag}};
	const others = index.manifests.filter(one => nameOf(one) !== tag && (!isCache(one) || hasBlob(root, one.digest)));
	return {...index, manifests: [...others, entry]};
}

function artifactTypeOf(manifest: Uint8Array): string {
	return parseManifest(manifest)?.config.mediaType ?? '';
}

function isCache({artifactType}: Descriptor): boolean {
	return artifactType === cacheType || artifactType === mountsType;
}

/** Removes the blobs that the index does not lead to, and what those who died here left unfinished. */
async function sweep(root: string, index: Index): Promise<void> {
	const kept = new Set<Digest>();
	for (const entry of index.manifests) {
		const blobs = childrenOf(entry, await collect(openThere(root, entry)));
		for (const {digest} of [entry, ...blobs]) kept.add(digest);
	}
	for (const name of readdirSync(join(root, 'blobs/sha256'))) {
		const digest = digestFromHex(name);
		if (isDigest(digest) && !kept.has(digest)) rmSync(blobPath(root, digest), {force: true});
	}
	for (const name of readdirSync(root)) {
		if (isTemporary(name) && isOld(join(root, name))) rmSync(join(root, name), {force: true});
	}
}

/** Whoever began the file has long ended: it is written in one go. */
function isOld(path: string): boolean {
	const day = 24 * 60 * 60 * 1000;
	return (statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? 0) < Date.now() - day;
}
