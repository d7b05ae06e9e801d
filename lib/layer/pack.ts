import {closeSync, openSync, rmSync, writeFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {writeAll} from '../bytes.ts';
import {resumableHash} from '../linux/sha256.ts';
import {diffIDFromHex} from '../oci/digest.ts';
import {ociLayerGzip} from '../oci/media-types.ts';
import type {Entry} from '../tree/entry.ts';
import type {Toc, TocEntry} from '../tree/toc.ts';
import {appendEntry, readingContent} from './append-entry.ts';
import {type BlobRequest, LostBlockError} from './blob-file.ts';
import {LostThreadError, sinkApart, sinkHere} from './blob-sink.ts';
import {commonStart, type Section} from './common-start.ts';
import {encoderName, gzipEncoder, markEvery} from './encoder.ts';
import {type FileTimes, layerTime} from './file-times.ts';
import {endOfArchive} from './header.ts';
import {helperThread} from './helper-thread.ts';
import {inPieces} from './in-pieces.ts';
import type {BlockRecord, KnownBlob, KnownBlock} from './known-blocks.ts';
import {overlayChanges} from './overlay-changes.ts';
import type {PackedLayer, PackProgress} from './packed.ts';
import {summary} from './summary.ts';
import {tarBlocks} from './tar-blocks.ts';
import {inTarOrder, inTocOrder} from './tar-entry.ts';

/** What to pack and where to. Plain data, so that it can be sent to a thread. */
export interface PackRequest {
	/** Entries in any order, or the upper folder of an overlay at rest. */
	readonly source: {readonly entries: readonly Entry[]} | {readonly upper: string};
	/** Where the blob is written: a path that nothing has yet. Not all of it is synced; the store does that. */
	readonly blob: string;
	/** Where the TOC is written, as JSON. */
	readonly toc: string;
	/** Where the table of the blob's blocks is written, a BlockRecord as JSON, if it is wanted, and what else is to be in it. */
	readonly blocks?: {readonly file: string; readonly made?: number | undefined};
	/** An older layer whose compressed blocks may be taken over. The bytes do not depend on it, as long as the states of files tell the truth. */
	readonly before?: KnownBlob | undefined;
	/** What becomes of the mtimes; absent: they stay as they are. */
	readonly times?: FileTimes | undefined;
	/** How many blocks are compressed at the same time. The bytes do not depend on it. */
	readonly concurrency?: number;
	/** No other thread helps. */
	readonly alone?: boolean;
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
	const advance = progressOf(sizeOf(entries), onProgress, signal);
	const packed = await packSomehow(entries, request, advance, signal);
	return {...packed, ms: Math.round(performance.now() - began)};
}

async function packSomehow(
	...[entries, request, advance, signal]: Parameters<typeof packEntries>
): ReturnType<typeof packEntries> {
	try {
		return await packEntries(entries, request, advance, signal);
	} catch (error) {
		const way = wayAround(error as NodeJS.ErrnoException, request);
		if (!way) throw error;
		for (const path of [request.blob, request.toc]) rmSync(path, {force: true});
		return packSomehow(entries, way, advance, signal);
	}
}

/** How to pack it all the same: without the layer before, if that is no longer whole, and without a thread that ended. */
function wayAround(error: {readonly code?: unknown}, request: PackRequest): PackRequest | undefined {
	switch (error.code) {
		case LostBlockError.code:
			return {...request, before: undefined};
		case LostThreadError.code:
			return {...request, alone: true};
		default:
			return undefined;
	}
}

/** Writes the blob, its TOC, and the table of its blocks. */
async function packEntries(
	entries: readonly Entry[],
	request: PackRequest,
	advance: (bytes: number) => void,
	signal: AbortSignal | undefined,
): Promise<Omit<PackedLayer, 'ms'>> {
	const {before, concurrency} = request;
	const total = sizeOf(entries);
	const isApart = isWorthAThread(total) && !request.alone;
	// Less is hashed before the library is loaded that tells how far the hashing is.
	const marks = request.blocks !== undefined && total > 4 * markEvery;
	const blob: BlobRequest = {path: request.blob, older: before?.blob, marks};
	await using sink = isApart ? await sinkApart(blob).catch(() => sinkHere(blob)) : sinkHere(blob);
	const toc: TocEntry[] = [];
	const begun: KnownBlock[] = [];
	let position = 0;
	for await (const section of sectionsOf(before, entries, signal)) {
		const {blocks, sums} = section;
		sink.begin({blocks, sums});
		begun.push(...blocks);
		toc.push(...section.toc);
		position = sums.plain.length;
		advance(sizeOf(section.toc));
	}
	const known = new Map(before?.blocks.map(block => [block.name, block]));
	const encoder = gzipEncoder(sink, {...(concurrency && {blocks: concurrency}), known, before: begun});
	const tar = await tarBlocks(encoder, {named: request.blocks !== undefined, position});
	const reading = readingContent(advance);
	for (const entry of entries.slice(toc.length)) {
		signal?.throwIfAborted();
		toc.push(await appendEntry(tar, entry, reading));
	}
	await tar.write(endOfArchive);
	await tar.cut();
	const {plain, digest, size, known: table} = await encoder.end();
	const descriptor = {mediaType: ociLayerGzip, digest, size};
	if (request.blocks) {
		const {file, made} = request.blocks;
		writeFileSync(
			file,
			JSON.stringify({descriptor, encoder: encoderName(), blocks: table, made} satisfies BlockRecord),
		);
	}
	const sorted = inTocOrder(toc);
	writeToc(request.toc, sorted);
	return {layer: {descriptor, diffID: diffIDFromHex(plain)}, ...summary(sorted)};
}

function withTime(entry: Entry, mtime: number): Entry {
	return mtime === entry.mtime ? entry : {...entry, mtime};
}

function sizeOf(entries: readonly TocEntry[]): number {
	return entries.reduce((sum, {type, size}) => sum + (type === 'file' ? size : 0), 0);
}

function writeToc(path: string, toc: Toc): void {
	const fd = openSync(path, 'wx', 0o644);
	try {
		let before = '[';
		for (const piece of inPieces(toc)) {
			writeAll(fd, Buffer.from(`${before}${JSON.stringify(piece).slice(1, -1)}`));
			before = ',';
		}
		writeAll(fd, Buffer.from(toc.length === 0 ? '[]' : ']'));
	} finally {
		closeSync(fd);
	}
}

/** What the new layer begins with like the one before, if the sums can go on behind it. */
async function* sectionsOf(
	before: KnownBlob | undefined,
	entries: readonly Entry[],
	signal: AbortSignal | undefined,
): AsyncGenerator<Section, void> {
	if (!before?.blocks.some(({sums}) => sums) || !resumableHash()) return;
	yield* commonStart(entries, before.blocks, signal);
}

/** Starts what helps to pack a layer with so many bytes of files, where something does, but for what compresses: it may all be known. */
export function expectLayer(bytes: number): void {
	if (isWorthAThread(bytes)) helperThread('layer/blob-thread').catch(() => {});
}

/** Fewer bytes are written and hashed before a thread has started. */
function isWorthAThread(bytes: number): boolean {
	return bytes >= 128 * 1024 * 1024 && availableParallelism() > 1;
}

/** Counts bytes, and tells of them now and then. Throws the reason of `signal`. */
function progressOf(
	total: number,
	tell: (progress: PackProgress) => void,
	signal: AbortSignal | undefined,
): (bytes: number) => void {
	let current = 0;
	let told = performance.now();
	return bytes => {
		signal?.throwIfAborted();
		current = Math.min(current + bytes, total);
		const now = performance.now();
		if (now - told < 100) return;
		told = now;
		tell({current, total});
	};
}
