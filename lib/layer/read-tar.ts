import type {Bytes} from '../bytes.ts';
import {decodeName} from '../tree/name.ts';
import {type ByteReader, byteReader, nextBytes, skip} from './byte-reader.ts';
import {Malformed} from './errors.ts';
import {
	blockSize,
	decodeHeader,
	type Header,
	type MemberType,
	memberType,
	paddingOf,
	type RawHeader,
} from './header.ts';
import {decodePax} from './pax.ts';

/** A member of a tar, its extended headers taken in. */
export interface Member extends Header {
	/** Where its content begins in the tar. */
	readonly offset: number;
	/** Its content, while it is the member at hand; what is not read is skipped. */
	content(): Bytes;
}

/**
 * The members of a tar in their order. Reads `source` to its end, also beyond the end of the archive, so that a digest
 * over it is complete. Throws `Malformed` that begins with what is wrong ("it ends too early").
 */
export async function* readTar(source: Bytes): AsyncGenerator<Member, void> {
	const iterator = source[Symbol.asyncIterator]();
	const reader = byteReader(iterator);
	try {
		let globals: Records = new Map();
		for (;;) {
			const {header, records} = await readHeader(reader, globals);
			globals = records.globals;
			if (!header) break;
			const content = nextBytes(reader, header.size);
			const offset = reader.position;
			yield {...header, offset, content};
			const rest = offset + header.size + paddingOf(header.size) - reader.position;
			if (rest > 0) await skip(reader, rest);
		}
		while (await reader.some(Number.MAX_SAFE_INTEGER));
	} finally {
		await iterator.return?.();
	}
}

type Records = ReadonlyMap<string, Buffer>;

/** What extended headers said before a member: of it, and of all that follow. */
interface Extended {
	readonly globals: Records;
	readonly own: Map<string, Buffer>;
}

/** No name, and no sum of a file's attributes, is longer (XATTR_LIST_MAX allows 64 KiB of names, 64 KiB a value). */
const largestExtension = 16 * 1024 * 1024;

/** Reads up to the next member's header; without one, the archive has ended. */
async function readHeader(reader: ByteReader, globals: Records): Promise<{header?: Header; records: Extended}> {
	let records: Extended = {globals, own: new Map()};
	for (let zeros = 0; zeros < 2; ) {
		const block = await reader.exactly(blockSize);
		if (!block) return {records};
		const raw = decodeHeader(block);
		if (!raw) {
			zeros++;
			continue;
		}
		zeros = 0;
		const extension = extensions[raw.flag];
		if (!extension) return {header: applyRecords(raw, both(records)), records};
		records = extension(records, await readExtension(reader, raw.size));
	}
	return {records};
}

function both({globals, own}: Extended): Records {
	return globals.size === 0 ? own : new Map([...globals, ...own]);
}

/** Extended headers by their flag: POSIX's (`x`, Solaris' `X`, `g`) and GNU's long names. */
const extensions: Readonly<Record<string, (records: Extended, content: Buffer) => Extended>> = {
	x: ({globals, own}, content) => ({globals, own: new Map([...own, ...decodePax(content)])}),
	X: ({globals, own}, content) => ({globals, own: new Map([...own, ...decodePax(content)])}),
	g: ({globals, own}, content) => ({globals: new Map([...globals, ...decodePax(content)]), own}),
	L: ({globals, own}, content) => ({globals, own: own.set('path', untilZero(content))}),
	K: ({globals, own}, content) => ({globals, own: own.set('linkpath', untilZero(content))}),
};

async function readExtension(reader: ByteReader, size: number): Promise<Buffer> {
	if (size > largestExtension) throw new Malformed('an extended header is too long');
	const padded = size + paddingOf(size);
	const content = padded === 0 ? Buffer.alloc(0) : await reader.exactly(padded);
	if (!content) throw new Malformed('it ends too early');
	return Buffer.from(content.subarray(0, size));
}

function applyRecords(raw: RawHeader, records: Records): Header {
	const name = records.get('path') ?? raw.name;
	const type = memberType(raw.flag, name);
	const sparse = raw.flag === 'S' || [...records.keys()].some(key => key.startsWith('GNU.sparse.'));
	if (!type || sparse)
		throw new Malformed(
			`${JSON.stringify(decodeName(name))} ${sparse ? 'is a sparse file' : `has the type ${JSON.stringify(raw.flag)}`}, which is not read`,
		);
	const {uid, gid, major, minor} = raw;
	const size = type === 'file' ? (numberOf(records, 'size') ?? raw.size) : 0;
	if (!Number.isSafeInteger(size) || size < 0) throw new Malformed(`${JSON.stringify(decodeName(name))} has no size`);
	return {
		name,
		type,
		mode: raw.mode,
		uid: numberOf(records, 'uid') ?? uid,
		gid: numberOf(records, 'gid') ?? gid,
		size,
		mtime: Math.floor(numberOf(records, 'mtime') ?? raw.mtime),
		...(isLink(type) && {linkname: records.get('linkpath') ?? raw.linkname ?? Buffer.alloc(0)}),
		...(isDevice(type) && {major: major ?? 0, minor: minor ?? 0}),
		...xattrsOf(records),
	};
}

function numberOf(records: Records, key: string): number | undefined {
	const text = records.get(key)?.toString('latin1');
	if (text === undefined || text === '') return undefined;
	const number = Number(text);
	if (!Number.isFinite(number)) throw new Malformed(`its extended header has no number in ${key}`);
	return number;
}

function xattrsOf(records: Records): Pick<Header, 'xattrs'> {
	const prefix = 'SCHILY.xattr.';
	const found = [...records].filter(([key]) => key.startsWith(prefix));
	return found.length === 0
		? {}
		: {xattrs: Object.fromEntries(found.map(([key, value]) => [key.slice(prefix.length), value]))};
}

function isLink(type: MemberType): boolean {
	return type === 'symlink' || type === 'hardlink';
}

function isDevice(type: MemberType): boolean {
	return type === 'char' || type === 'block';
}

function untilZero(bytes: Buffer): Buffer {
	const end = bytes.indexOf(0);
	return end < 0 ? bytes : bytes.subarray(0, end);
}
