import {createHash} from 'node:crypto';
import {closeSync, createReadStream, fdatasync, openSync, writeFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {promisify} from 'node:util';
import {writeAll} from '../bytes.ts';
import {resumableHash} from '../linux/sha256.ts';
import {diffIDFromHex, hexOf} from '../oci/digest.ts';
import {ociLayerGzip} from '../oci/media-types.ts';
import type {Entry} from '../tree/entry.ts';
import type {Toc, TocEntry} from '../tree/toc.ts';
import {turns} from '../turns.ts';
import {appendEntry, readingContent} from './append-entry.ts';
import {commonStart, type Section} from './common-start.ts';
import {encoderName, gzipEncoder, markEvery} from './encoder.ts';
import {type FileTimes, layerTime} from './file-times.ts';
import {memberHeader} from './gzip-members.ts';
import {hashedTar} from './hashed-tar.ts';
import {expectHashing, type Hashing, hashingApart, hashingHere} from './hashing.ts';
import {endOfArchive} from './header.ts';
import {inPieces} from './in-pieces.ts';
import {type BlockRecord, type KnownBlob, type KnownBlock, type KnownBlocks, knownBlocks} from './known-blocks.ts';
import {overlayChanges} from './overlay-changes.ts';
import type {PackedLayer, PackProgress} from './packed.ts';
import {summary} from './summary.ts';
import type {Sums, SumsState} from './sums.ts';
import {tarBlocks} from './tar-blocks.ts';
import {inTarOrder, inTocOrder} from './tar-entry.ts';

/** What to pack and where to. Plain data, so that it can be sent to a thread. */
export interface PackRequest {
	/** Entries in any order, or the upper folder of an overlay at rest. */
	readonly source: {readonly entries: readonly Entry[]} | {readonly upper: string};
	/** Where the blob is written: a path that nothing has yet. Not synced; the store does that. */
	readonly blob: string;
	/** Where the TOC is written, as JSON. */
	readonly toc: string;
	/** Where the table of the blob's blocks is written, a BlockRecord as JSON, if it is wanted, and what else is to be in it. */
	readonly blocks?: {readonly file: string; readonly made?: number | undefined};
	/** An older layer whose compressed blocks may be taken over. The bytes do not depend on it. */
	readonly before?: KnownBlob | undefined;
	/** What becomes of the mtimes; absent: they stay as they are. */
	readonly times?: FileTimes | undefined;
	/** How many blocks are compressed at the same time. The bytes do not depend on it. */
	readonly concurrency?: number;
}

/**
 * Packs a layer in one pass: tar, diffID, compression, digest, TOC. The same entries give the same bytes. `onProgress` is called
 * ten times a second at most. When it rejects, also with the reason of `signal`, the files that it began stay for the caller to remove.
 */
export async function packLayer(
	request: PackRequest,
	onProgress: (progress: PackProgress) => void = () => {},
	signal?: AbortSignal,
): Promise<PackedLayer> {
	const began = performance.now();
	const {source, times} = request;
	const unsorted = 'upper' in source ? overlayChanges(source.upper) : source.entries;
	const entries = inTarOrder(unsorted).map(entry => withTime(entry, layerTime(entry.mtime, times)));
	const total = sizeOf(entries);
	const progress = progressOf(total, onProgress);
	const advance = (bytes: number) => {
		signal?.throwIfAborted();
		progress(bytes);
	};
	if (isWorthAThread(total)) expectHashing();
	const older = request.before?.blocks ?? [];
	using known = request.before && knownBlocks(request.before);
	await using blob = newBlob(request.blob);
	const copied = known ? await copyStart(entries, {older, known, write: blob.write, signal}) : [];
	const before = copied.flatMap(({blocks}) => blocks);
	const toc = copied.flatMap(section => section.toc);
	const from = copied.at(-1)?.sums;
	advance(sizeOf(toc));
	using hashing = await startHashing(request, {total, from});
	const concurrency = request.concurrency && {blocks: request.concurrency};
	const encoder = gzipEncoder({write: blob.write, ...concurrency, hashing, known: known?.find, before});
	const named = request.blocks !== undefined;
	const tar = await tarBlocks(encoder, {named, position: from?.plain.length ?? 0});
	const reading = readingContent(advance);
	for (const entry of entries.slice(toc.length)) {
		signal?.throwIfAborted();
		toc.push(await appendEntry(tar, entry, reading));
	}
	await tar.write(endOfArchive);
	await tar.cut();
	const {plain, digest, size, known: blocks} = await encoder.end();
	const sorted = inTocOrder(toc);
	writeToc(request.toc, sorted);
	const layer = {descriptor: {mediaType: ociLayerGzip, digest, size}, diffID: diffIDFromHex(plain)};
	if (request.blocks) {
		const {file, made} = request.blocks;
		const record: BlockRecord = {descriptor: layer.descriptor, encoder: encoderName(), blocks, made};
		writeFileSync(file, JSON.stringify(record));
	}
	return {layer, ...summary(sorted), ms: Math.round(performance.now() - began)};
}

function withTime(entry: Entry, mtime: number): Entry {
	return mtime === entry.mtime ? entry : {...entry, mtime};
}

function sizeOf(entries: readonly TocEntry[]): number {
	return entries.reduce((sum, {type, size}) => sum + (type === 'file' ? size : 0), 0);
}

function writeToc(path: string, toc: Toc): void {
	using file = newFile(path);
	let before = '[';
	for (const piece of inPieces(toc)) {
		file.write(Buffer.from(`${before}${JSON.stringify(piece).slice(1, -1)}`));
		before = ',';
	}
	file.write(Buffer.from(toc.length === 0 ? '[]' : ']'));
}

function newFile(path: string): {write(bytes: Uint8Array): void} & Disposable {
	const fd = openSync(path, 'wx', 0o644);
	return {write: bytes => writeAll(fd, bytes), [Symbol.dispose]: () => closeSync(fd)};
}

/** So many bytes are on their way to the disk at a time while more are written: who syncs the whole at the end waits for the last of them only. */
const syncEvery = 16 * 1024 * 1024;

function newBlob(path: string): {write(bytes: Uint8Array): void} & AsyncDisposable {
	const fd = openSync(path, 'wx', 0o644);
	let unsynced = 0;
	let syncing: Promise<void> | undefined;
	const sync = () => {
		unsynced = 0;
		syncing = promisify(fdatasync)(fd)
			// Whoever syncs the whole hears of it.
			.catch(() => {})
			.finally(() => {
				syncing = undefined;
			});
	};
	return {
		write(bytes) {
			writeAll(fd, bytes);
			unsynced += bytes.length;
			if (unsynced >= syncEvery && !syncing) sync();
		},
		async [Symbol.asyncDispose]() {
			await syncing;
			closeSync(fd);
		},
	};
}

interface Copying {
	readonly older: readonly KnownBlock[];
	readonly known: KnownBlocks;
	readonly write: (bytes: Uint8Array) => void;
	readonly signal: AbortSignal | undefined;
}

/** Begins the blob with what the layer before begins with too, as far as that is still there, and answers what. */
async function copyStart(
	entries: readonly Entry[],
	{older, known, write, signal}: Copying,
): Promise<readonly Section[]> {
	if (!older.some(({sums}) => sums) || !resumableHash()) return [];
	const copied: Section[] = [];
	const pause = turns(signal);
	for (const section of await commonStart(entries, older, signal)) {
		const bytes = known.read(section.blocks);
		if (!bytes) break;
		write(copied.length === 0 ? Buffer.concat([memberHeader, bytes]) : bytes);
		copied.push(section);
		await pause();
	}
	return copied;
}

/** Fewer bytes are hashed before a thread has started. */
function isWorthAThread(bytes: number): boolean {
	return bytes >= 128 * 1024 * 1024 && availableParallelism() > 1;
}

interface HashingFacts {
	readonly total: number;
	readonly from: SumsState | undefined;
}

/** Never rejects. */
async function startHashing({blob, blocks}: PackRequest, {total, from}: HashingFacts): Promise<Hashing> {
	const options = {marks: blocks !== undefined && total > markEvery, from};
	const here = () => hashingHere(options);
	return isWorthAThread(total) ? hashingApart(() => sumsOf(blob), options).catch(here) : here();
}

/** Of a finished blob, by reading it. */
async function sumsOf(blob: string): Promise<Sums> {
	const packed = createHash('sha256');
	for await (const piece of createReadStream(blob)) packed.update(piece);
	const tar = hashedTar(blob);
	for await (const _ of tar.content);
	return {plain: hexOf(tar.diffID()), packed: packed.digest('hex')};
}

/** Counts bytes, and tells of them now and then. */
function progressOf(total: number, tell: (progress: PackProgress) => void): (bytes: number) => void {
	let current = 0;
	let told = performance.now();
	return bytes => {
		current += bytes;
		const now = performance.now();
		if (now - told < 100) return;
		told = now;
		tell({current, total});
	};
}
