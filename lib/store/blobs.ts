import {createReadStream, existsSync, rmSync, statSync} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {join} from 'node:path';
import type {Bytes} from '../bytes.ts';
import {StoreError} from '../errors.ts';
import {syncedBehind} from '../linux/synced-behind.ts';
import {type Digest, digestOf, hexOf} from '../oci/digest.ts';
import type {Descriptor} from '../oci/image.ts';
import {DigestMismatchError, verify} from '../oci/verify.ts';
import {forStore, storeFailure} from './failure.ts';
import {adoptFile, replaceFile} from './replace.ts';
import type {BlobStore} from './store.ts';

/** Where a blob lies in an OCI layout. https://github.com/opencontainers/image-spec/blob/main/image-layout.md#blobs */
export function blobPath(root: string, digest: Digest): string {
	return join(root, 'blobs/sha256', hexOf(digest));
}

/** Whether the layout at `root` has a blob of this digest, and of this size where given. One stat. */
export function hasBlob(root: string, digest: Digest, size?: number): boolean {
	const stats = statSync(blobPath(root, digest), {throwIfNoEntry: false});
	return stats?.isFile() === true && (size === undefined || stats.size === size);
}

/** The bytes of a blob of the layout at `root`, verified while they are read. */
export async function* openBlob(root: string, descriptor: Descriptor): Bytes {
	const path = blobPath(root, descriptor.digest);
	if (!existsSync(path)) {
		throw new StoreError('BLOB_MISSING', `blob ${descriptor.digest} is not there`, {notes: [`looked in ${root}`]});
	}
	yield* verify(descriptor, createReadStream(path, {highWaterMark: 1 << 18}));
}

/** A blob that the disk has damaged would stay so: it is there, and has its size. Only its owner can take it away. */
async function* openOwn(root: string, descriptor: Descriptor): Bytes {
	try {
		yield* openBlob(root, descriptor);
	} catch (error) {
		if (!(error instanceof DigestMismatchError)) throw error;
		const {expected, received: digest, bytes} = error;
		const help = [`the disk may be at fault; remove it, then build again: rm ${blobPath(root, expected.digest)}`];
		throw new DigestMismatchError(expected, digest ? {digest, bytes} : {bytes}, help);
	}
}

/** The blobs of a store. `temporary` names a file to be written. */
export function blobStore(root: string, temporary: () => string): BlobStore {
	const deed = {root, doing: 'storing a blob'};
	const has = (digest: Digest, size?: number) => hasBlob(root, digest, size);
	const moveTo = (digest: Digest, from = temporary()) => ({temporary: from, path: blobPath(root, digest), mode: 0o444});
	return {
		has,
		pathOf: digest => blobPath(root, digest),
		open: descriptor => openOwn(root, descriptor),
		async put(descriptor, content, onBegin) {
			if (has(descriptor.digest, descriptor.size)) return;
			const move = moveTo(descriptor.digest);
			try {
				await writeStream(move.temporary, verify(descriptor, content), () => onBegin?.(move.temporary));
				adoptFile(move);
			} catch (error) {
				rmSync(move.temporary, {force: true});
				throw storeFailure(error, deed);
			}
		},
		add(bytes, mediaType) {
			const descriptor = {mediaType, digest: digestOf(bytes), size: bytes.byteLength};
			if (!has(descriptor.digest, descriptor.size)) forStore(deed, () => replaceFile(bytes, moveTo(descriptor.digest)));
			return descriptor;
		},
		adopt: (path, digest) => forStore(deed, () => adoptFile(moveTo(digest, path))),
	};
}

const pieceSize = 1024 * 1024;

/** Writes what came while more comes, in large pieces, and syncs most of it; `onBegin` hears that the first of several is there. */
async function writeStream(path: string, content: Bytes, onBegin: () => void): Promise<void> {
	const file = await open(path, 'wx', 0o600);
	const syncing = syncedBehind(file.fd);
	let written: Promise<unknown> = Promise.resolve();
	let [filling, other] = [Buffer.allocUnsafe(pieceSize), Buffer.allocUnsafe(pieceSize)];
	let used = 0;
	let pieces = 0;
	const write = async () => {
		await written;
		if (pieces === 1) onBegin();
		pieces += 1;
		const piece = filling.subarray(0, used);
		written = writeAll(file, piece).then(() => syncing.wrote(piece.byteLength));
		// Awaited later: that nobody does yet must not end the process.
		written.catch(() => {});
		[filling, other] = [other, filling];
		used = 0;
	};
	try {
		for await (const chunk of content) {
			for (let at = 0; at < chunk.byteLength; ) {
				const part = chunk.subarray(at, at + pieceSize - used);
				filling.set(part, used);
				used += part.byteLength;
				at += part.byteLength;
				if (used === pieceSize) await write();
			}
		}
		await write();
		await written;
		await syncing.end();
	} finally {
		await written.catch(() => {});
		await syncing.rest();
		await file.close();
	}
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
	for (let at = 0; at < bytes.byteLength; ) at += (await file.write(bytes, at)).bytesWritten;
}
