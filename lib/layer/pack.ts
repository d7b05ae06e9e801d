import {createHash} from 'node:crypto';
import {closeSync, createReadStream, openSync, writeFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {crc32} from 'node:zlib';
import {writeAll} from '../bytes.ts';
import {type Digest, digestFromHex, digestOf, hexOf} from '../oci/digest.ts';
import {ociLayerGzip} from '../oci/media-types.ts';
import type {Entry} from '../tree/entry.ts';
import {encodeName} from '../tree/name.ts';
import type {Toc, TocEntry} from '../tree/toc.ts';
import {openContent} from './content.ts';
import {encoderName, gzipEncoder} from './encoder.ts';
import {changedFile} from './errors.ts';
import {type FileTimes, layerTime} from './file-times.ts';
import {hashedTar} from './hashed-tar.ts';
import {type Hashing, hashingApart, hashingHere, type Sums} from './hashing.ts';
import {blockSize, endOfArchive, paddingOf} from './header.ts';
import {inPieces} from './in-pieces.ts';
import {type BlockRecord, type KnownBlob, knownBlocks} from './known-blocks.ts';
import {keepsBody} from './layer-toc.ts';
import {overlayChanges} from './overlay-changes.ts';
import type {PackedLayer, PackProgress} from './packed.ts';
import {summary} from './summary.ts';
import {type TarBlocks, tarBlocks} from './tar-blocks.ts';
import {inTarOrder, inTocOrder, tarHeader} from './tar-entry.ts';

/** What to pack and where to. Plain data, so that it can be sent to a thread. */
export interface PackRequest {
	/** Entries in any order, or the upper folder of an overlay at rest. */
	readonly source: {readonly entries: readonly Entry[]} | {readonly upper: string};
	/** Where the blob is written: a path that nothing has yet. Not synced; the store does that. */
	readonly blob: string;
	/** Where the TOC is written, as JSON. */
	readonly toc: string;
	/** Where the table of the blob's blocks is written, a BlockRecord as JSON, if it is wanted. */
	readonly blocks?: string;
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
	const total = unsorted.reduce((sum, {type, size}) => sum + (type === 'file' ? size : 0), 0);
	const starting = startHashing(total, request.blob);
	const entries = inTarOrder(unsorted);
	using hashing = await starting;
	using known = request.before && knownBlocks(request.before);
	using blob = newFile(request.blob);
	const encoder = gzipEncoder({
		write: blob.write,
		...(request.concurrency && {blocks: request.concurrency}),
		hashing,
		known: known?.find,
	});
	const tar = await tarBlocks(encoder, {named: request.blocks !== undefined});
	const progress = progressOf(total, onProgress);
	const advance = (bytes: number) => {
		signal?.throwIfAborted();
		progress(bytes);
	};
	const toc: TocEntry[] = [];
	for (const entry of entries) {
		signal?.throwIfAborted();
		const timed = {...entry, mtime: layerTime(entry.mtime, times)};
		toc.push(await append(tar, timed, advance));
	}
	await tar.write(endOfArchive);
	const {diffID, digest, size, known: blocks} = await tar.end();
	const sorted = inTocOrder(toc);
	writeToc(request.toc, sorted);
	const layer = {descriptor: {mediaType: ociLayerGzip, digest, size}, diffID};
	if (request.blocks) {
		const record: BlockRecord = {descriptor: layer.descriptor, encoder: encoderName(), blocks};
		writeFileSync(request.blocks, JSON.stringify(record));
	}
	return {layer, ...summary(sorted), ms: Math.round(performance.now() - began)};
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

/** Fewer bytes are hashed before a thread has started. */
const worthAThread = 128 * 1024 * 1024;

/** Never rejects. */
async function startHashing(bytes: number, blob: string): Promise<Hashing> {
	if (bytes < worthAThread || availableParallelism() === 1) return hashingHere();
	return hashingApart(() => sumsOf(blob)).catch(hashingHere);
}

/** Of a finished blob, by reading it. */
async function sumsOf(blob: string): Promise<Sums> {
	const packed = createHash('sha256');
	for await (const piece of createReadStream(blob)) packed.update(piece);
	const tar = hashedTar(blob);
	for await (const _ of tar.content);
	return {plain: hexOf(tar.diffID()), packed: packed.digest('hex')};
}

/** Blocks of the encoder are of this size in the mean. */
const meanBlock = 256 * 1024;

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

async function append(tar: TarBlocks, entry: Entry, advance: (bytes: number) => void): Promise<TocEntry> {
	const header = tarHeader(entry);
	if (beginsBlock(entry, header.length + entry.size)) await tar.cut();
	await tar.write(header);
	const {content: _, ...known} = entry;
	if (entry.type !== 'file') return known;
	const offset = tar.position;
	const {digest, body} = await appendContent(tar, entry, advance);
	await tar.write(zeros.subarray(0, paddingOf(entry.size)));
	return {...known, offset, digest, ...(body && {body})};
}

const zeros = Buffer.alloc(blockSize);

/**
 * Whether a block of the encoder begins with this entry. Depends on the entry alone: an edit elsewhere in the
 * layer moves no boundary here, so blocks can be taken over from an older layer. Likelier the larger the entry is.
 */
function beginsBlock({path}: Entry, length: number): boolean {
	return crc32(encodeName(path)) * meanBlock < length * 2 ** 32;
}

async function appendContent(
	tar: TarBlocks,
	entry: Entry,
	advance: (bytes: number) => void,
): Promise<{digest: Digest; body?: string}> {
	using content = openContent(entry);
	const hash = isSure(entry) ? undefined : createHash('sha256');
	const body: Buffer[] = [];
	const read = (into: Buffer) => {
		const piece = into.subarray(0, content.read(into));
		hash?.update(piece);
		if (keepsBody(entry)) body.push(Buffer.from(piece));
		advance(piece.length);
		return piece.length;
	};
	const known = knownDigest(entry);
	await tar.fill(entry.size, read, known);
	content.finish();
	const digest = hash ? digestFromHex(hash.digest('hex')) : known;
	// An entry that comes with a digest was hashed before, and its cache key rests on that.
	if (digest === undefined || (known !== undefined && known !== digest)) {
		throw changedFile(entry.content?.from === 'file' ? entry.content.path : entry.path);
	}
	return {digest, ...(keepsBody(entry) && {body: Buffer.concat(body).toString('base64')})};
}

/** Whether the state of a file says that it has the digest of its entry; that it is in this state is seen at its end. */
function isSure({content, digest}: Entry): boolean {
	return (
		digest !== undefined && content?.from === 'file' && content.offset === undefined && content.state !== undefined
	);
}

function knownDigest({content, digest}: Entry): Digest | undefined {
	return digest ?? (content?.from === 'bytes' ? digestOf(content.data) : undefined);
}
