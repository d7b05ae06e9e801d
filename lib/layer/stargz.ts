import {createHash} from 'node:crypto';
import {diffIDFromHex, digestFromHex, digestOf} from '../oci/digest.ts';
import type {Layer} from '../oci/image.ts';
import {ociLayerGzip} from '../oci/media-types.ts';
import {decodeName} from '../tree/name.ts';
import {type GzipMembers, gzipMembers, memberHeader} from './gzip-members.ts';
import {encodeHeader, endOfArchive, type Header, type MemberType, paddingOf} from './header.ts';
import type {Member} from './read-tar.ts';

/** Of zlib: nearly as small as 6, and more than twice as fast. */
const usualLevel = 4;

/** Names what `stargz` makes of a layer at a level. */
export function stargzName(level = usualLevel): string {
	return `estargz-${level}.1`;
}

/**
 * Writes a layer as eStargz (https://github.com/containerd/stargz-snapshotter/blob/main/docs/estargz.md): a gzip member begins with
 * each content, or piece of one, and a table of contents at the end says where. No file is preferred: all have the landmark of that.
 * Table and landmark are files of the tar, so the diffID is another one. Names in the table that are no UTF-8 lose what is none.
 */
export async function stargz(
	members: AsyncIterable<Member>,
	{write, level = usualLevel}: {readonly write: (bytes: Uint8Array) => void; readonly level?: number | undefined},
): Promise<Layer> {
	const tar = createHash('sha256');
	let unpacked = 0;
	const output = gzipMembers({write, level});
	const add = (bytes: Uint8Array) => {
		tar.update(bytes);
		unpacked += bytes.length;
		output.add(bytes);
	};
	const writer: Writer = {output, add};
	const entries = await addFile(writer, landmark, [Buffer.of(0xf)]);
	for await (const member of members) {
		if (!isOwn(decodeName(member.name))) entries.push(...(await addFile(writer, member, member.content())));
	}
	const table = Buffer.from(JSON.stringify({version: 1, entries: await placed(entries, output)}));
	const place = await output.begin();
	for (const bytes of [encodeHeader({...landmark, name: Buffer.from(tableName), size: table.length}), table])
		add(bytes);
	add(Buffer.concat([Buffer.alloc(paddingOf(table.length)), endOfArchive]));
	await output.flush();
	output.append(footer(output.offsetOf(place)));
	const {digest, size} = output.end();
	const annotations = {[tableDigest]: digestOf(table), [unpackedSize]: `${unpacked}`};
	return {
		descriptor: {mediaType: ociLayerGzip, digest, size, annotations},
		diffID: diffIDFromHex(tar.digest('hex')),
	};
}

/** Of the table, in the descriptor of the layer: with it all else can be verified piece by piece. */
export const tableDigest = 'containerd.io/snapshot/stargz/toc.digest';

/** What podman's storage wants to know before it reads lazily. */
const unpackedSize = 'io.containers.estargz.uncompressed-size';

const tableName = 'stargz.index.json';
const landmarkName = '.no.prefetch.landmark';
const landmark: Header = {
	...{name: Buffer.from(landmarkName), type: 'file', mode: 0o644, uid: 0, gid: 0, size: 1, mtime: 0},
};

/** What a layer that is eStargz already has of its own. */
function isOwn(name: string): boolean {
	return [tableName, landmarkName, '.prefetch.landmark'].includes(name.replace(/^\.\//, ''));
}

/** A content longer than this is cut, so that a part of it can be had by itself. */
const chunkSize = 4 * 1024 * 1024;

interface Writer {
	readonly output: GzipMembers;
	readonly add: (bytes: Uint8Array) => void;
}

/** An entry of the table whose place in the blob is known by the number of its gzip member only. */
interface Unplaced extends Omit<TableEntry, 'offset'> {
	readonly member?: number;
}

/** The fields that the document gives an entry. */
interface TableEntry {
	readonly name: string;
	readonly type: 'dir' | 'reg' | 'symlink' | 'hardlink' | 'char' | 'block' | 'fifo' | 'chunk';
	readonly size?: number;
	readonly modtime?: string;
	readonly linkName?: string;
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	readonly devMajor?: number;
	readonly devMinor?: number;
	readonly xattrs?: Readonly<Record<string, string>>;
	readonly digest?: string;
	readonly offset?: number;
	readonly chunkOffset?: number;
	readonly chunkSize?: number;
	readonly chunkDigest?: string;
}

const types: Readonly<Record<MemberType, TableEntry['type']>> = {
	...{
		file: 'reg',
		directory: 'dir',
		symlink: 'symlink',
		hardlink: 'hardlink',
		char: 'char',
		block: 'block',
		fifo: 'fifo',
	},
};

async function addFile(
	{output, add}: Writer,
	header: Header,
	content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Unplaced[]> {
	add(encodeHeader(header));
	if (header.type !== 'file' || header.size === 0) return [entryOf(header)];
	const whole = createHash('sha256');
	const chunks: Chunk[] = [];
	for await (const piece of cut(content)) {
		if (piece.begins)
			chunks.push({member: await output.begin(), offset: piece.at, size: 0, hash: createHash('sha256')});
		const chunk = chunks.at(-1) as Chunk;
		chunk.size += piece.bytes.length;
		for (const hash of [whole, chunk.hash]) hash.update(piece.bytes);
		add(piece.bytes);
	}
	add(Buffer.alloc(paddingOf(header.size)));
	const digest = digestFromHex(whole.digest('hex'));
	return chunks.map((chunk, at) => ({
		...(at === 0 ? {...entryOf(header), digest} : {name: decodeName(header.name), type: 'chunk', ...ownerOf(header)}),
		member: chunk.member,
		...(at > 0 && {chunkOffset: chunk.offset}),
		...(at < chunks.length - 1 && {chunkSize: chunk.size}),
		chunkDigest: digestFromHex(chunk.hash.digest('hex')),
	}));
}

interface Chunk {
	readonly member: number;
	readonly offset: number;
	readonly hash: ReturnType<typeof createHash>;
	size: number;
}

/** Content in pieces that end where a chunk does. */
async function* cut(content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
	let at = 0;
	for await (const bytes of content) {
		for (let from = 0; from < bytes.length; ) {
			const piece = bytes.subarray(from, from + chunkSize - (at % chunkSize));
			yield {at, begins: at % chunkSize === 0, bytes: piece};
			from += piece.length;
			at += piece.length;
		}
	}
}

function entryOf(header: Header): TableEntry {
	const {name, type, size, mtime, linkname, major, minor, xattrs} = header;
	const values = Object.entries(xattrs ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
	return {
		name: decodeName(name),
		type: types[type],
		...(size > 0 && {size}),
		modtime: timeOf(mtime),
		...(linkname && {linkName: decodeName(linkname)}),
		...ownerOf(header),
		...(type === 'char' || type === 'block' ? {devMajor: major ?? 0, devMinor: minor ?? 0} : {}),
		...(values.length > 0 && {xattrs: Object.fromEntries(values) as Record<string, string>}),
	};
}

function ownerOf({mode, uid, gid}: Header): Pick<TableEntry, 'mode' | 'uid' | 'gid'> {
	return {mode, uid, gid};
}

/** RFC 3339, in whole seconds; a time that a Date cannot hold is not said. */
function timeOf(mtime: number): string {
	const date = new Date(mtime * 1000);
	return Number.isNaN(date.getTime()) ? '' : date.toISOString().replace('.000Z', 'Z');
}

/** The entries with their places, which are known once all members before are written. */
async function placed(entries: readonly Unplaced[], output: GzipMembers): Promise<readonly TableEntry[]> {
	await output.flush();
	return entries.map(({member, ...entry}) =>
		member === undefined ? entry : {...entry, offset: output.offsetOf(member)},
	);
}

/** An empty gzip member of 51 bytes whose extra field says where the table's member begins. */
function footer(offset: number): Buffer {
	const text = Buffer.from(`${offset.toString(16).padStart(16, '0')}STARGZ`);
	const extra = Buffer.concat([Buffer.from([26, 0]), Buffer.from('SG'), Buffer.from([22, 0]), text]);
	const header = Buffer.from(memberHeader);
	header[3] = 4;
	return Buffer.concat([header, extra, Buffer.from([1, 0, 0, 0xff, 0xff]), Buffer.alloc(8)]);
}
