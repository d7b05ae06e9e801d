import {isAscii} from 'node:buffer';
import {decodeName} from '../tree/name.ts';
import type {EntryType} from '../tree/toc.ts';
import {Malformed} from './errors.ts';
import {encodePax} from './pax.ts';

/** Headers and contents of a tar fill whole blocks of this size. */
export const blockSize = 512;

/** https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06: two blocks of zeros. */
export const endOfArchive = Buffer.alloc(2 * blockSize);

/** What a tar says of one of its members. Whiteouts are files here: their names make them what they are. */
export interface Header {
	/** As written: a directory's may end with `/`. */
	readonly name: Buffer;
	readonly type: MemberType;
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	readonly size: number;
	readonly mtime: number;
	readonly linkname?: Buffer;
	readonly major?: number;
	readonly minor?: number;
	/** Values as bytes, by name. */
	readonly xattrs?: Readonly<Record<string, Uint8Array>>;
}

export type MemberType = Exclude<EntryType, 'whiteout' | 'opaque'>;

/** A header block as read: `flag` is the type byte, still undecided. */
export interface RawHeader extends Omit<Header, 'type' | 'xattrs'> {
	readonly flag: string;
}

const flags: Readonly<Record<MemberType | 'pax', string>> = {
	file: '0',
	hardlink: '1',
	symlink: '2',
	char: '3',
	block: '4',
	directory: '5',
	fifo: '6',
	pax: 'x',
};

const typesByFlag = new Map(
	(Object.keys(flags) as (keyof typeof flags)[]).flatMap(type =>
		type === 'pax' ? [] : [[flags[type], type] as const],
	),
);

/**
 * The blocks that begin a member: a ustar header, before it an extended one for what does not fit (SURFACE LAY-1). No names of
 * users, no access times: only what an image has.
 */
export function encodeHeader(header: Header): Buffer {
	/** What does not fit. */
	let records: Map<string, Uint8Array> | undefined;
	const extend = (key: string, value: Uint8Array) => {
		records ??= new Map();
		records.set(key, value);
	};
	const number = (key: string, value: number, largest: number) => {
		if (value >= 0 && value <= largest) return value;
		extend(key, Buffer.from(`${value}`));
		return 0;
	};
	const name = (key: string, value: Buffer) => {
		extend(key, value);
		return {prefix: none, name: legible(value)};
	};
	const path = splitName(header.name) ?? name('path', header.name);
	const link = header.linkname ?? none;
	const fields: Fields = {
		prefix: path.prefix,
		name: path.name,
		flag: flags[header.type],
		mode: header.mode,
		uid: number('uid', header.uid, octal7),
		gid: number('gid', header.gid, octal7),
		size: number('size', header.size, octal11),
		mtime: number('mtime', header.mtime, octal11),
		linkname: isAscii(link) && link.length <= 100 ? link : name('linkpath', link).name,
		major: header.major ?? 0,
		minor: header.minor ?? 0,
	};
	if (header.xattrs) {
		for (const [name, value] of Object.entries(header.xattrs)) extend(`SCHILY.xattr.${name}`, value);
	}
	return records ? Buffer.concat([paxMember(encodePax(records)), encodeBlock(fields)]) : encodeBlock(fields);
}

/**
 * One header block, or undefined if it is all zeros, which is how an archive ends. Reads ustar, GNU's and the older
 * form. Throws `Malformed` for a block that is no header.
 */
export function decodeHeader(block: Buffer): RawHeader | undefined {
	if (block[0] === 0 && block.every(byte => byte === 0)) return undefined;
	if (checksum(block) !== decodeNumber(block, 148, 8)) throw new Malformed('a header has a wrong checksum');
	const name = field(block, 0, 100);
	const prefix = field(block, 345, block.toString('latin1', 508, 512) === 'tar\0' ? 131 : 155);
	const posix = block.toString('latin1', 257, 263) === 'ustar\0';
	return {
		name: posix && prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), name]) : Buffer.from(name),
		flag: String.fromCharCode(block[156] || 0x30),
		mode: decodeNumber(block, 100, 8) & 0o7777,
		uid: decodeNumber(block, 108, 8),
		gid: decodeNumber(block, 116, 8),
		size: decodeNumber(block, 124, 12),
		mtime: decodeNumber(block, 136, 12),
		linkname: Buffer.from(field(block, 157, 100)),
		major: decodeNumber(block, 329, 8),
		minor: decodeNumber(block, 337, 8),
	};
}

/** The type that a header's flag and name mean, or undefined for one that images do not have. */
export function memberType(flag: string, name: Buffer): MemberType | undefined {
	if (flag === '7') return 'file';
	// Before POSIX, a directory was a file whose name ends with a slash.
	if (flag === '0') return name.at(-1) === 0x2f ? 'directory' : 'file';
	return typesByFlag.get(flag);
}

/** How many bytes follow a content of `size` bytes to fill its last block. */
export function paddingOf(size: number): number {
	return (blockSize - (size % blockSize)) % blockSize;
}

interface Fields {
	readonly prefix: Buffer;
	readonly name: Buffer;
	readonly flag: string;
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	readonly size: number;
	readonly mtime: number;
	readonly linkname: Buffer;
	readonly major: number;
	readonly minor: number;
}

const octal7 = 0o7777777;
const octal11 = 0o77777777777;
const none = Buffer.alloc(0);

/** A name that ustar can hold: up to 100 bytes of ASCII, or 155 more before a slash. The part after it must not be empty. */
function splitName(name: Buffer): {prefix: Buffer; name: Buffer} | undefined {
	if (!isAscii(name)) return undefined;
	if (name.length <= 100) return {prefix: none, name};
	const slash = name.subarray(0, -1).lastIndexOf(0x2f, 155);
	if (slash <= 0 || name.length - slash - 1 > 100) return undefined;
	return {prefix: name.subarray(0, slash), name: name.subarray(slash + 1)};
}

/** What stays of a name that stands in the extended header: for people who look at the bytes. */
function legible(name: Buffer): Buffer {
	return Buffer.from(
		decodeName(name)
			.replace(/[^ -~]/gu, '_')
			.slice(0, 100),
	);
}

function paxMember(records: Buffer): Buffer {
	const zero = {prefix: none, linkname: none, uid: 0, gid: 0, mtime: 0, major: 0, minor: 0};
	const fields = {...zero, name: Buffer.from('PaxHeaders.0'), flag: flags.pax, mode: 0o644, size: records.length};
	return Buffer.concat([encodeBlock(fields), records, Buffer.alloc(paddingOf(records.length))]);
}

function encodeBlock(fields: Fields): Buffer {
	// of Node's pool: zeroed memory would be an allocation of its own
	const block = Buffer.allocUnsafe(blockSize).fill(0);
	block.set(fields.name, 0);
	writeOctal(block, fields.mode, 100, 7);
	writeOctal(block, fields.uid, 108, 7);
	writeOctal(block, fields.gid, 116, 7);
	writeOctal(block, fields.size, 124, 11);
	writeOctal(block, fields.mtime, 136, 11);
	block.write(fields.flag, 156, 'latin1');
	block.set(fields.linkname, 157);
	block.write('ustar\x0000', 257, 'latin1');
	writeOctal(block, fields.major, 329, 7);
	writeOctal(block, fields.minor, 337, 7);
	block.set(fields.prefix, 345);
	// all else is zero
	const sum = sumOf(block, 0, fields.name.length) + sumOf(block, 100, 157 + fields.linkname.length);
	writeOctal(block, blanks + sum + sumOf(block, 257, 345 + fields.prefix.length), 148, 6);
	block[155] = 0x20;
	return block;
}

/** In two halves, as whole numbers of 32 bits: division of larger ones is slow. */
function writeOctal(block: Buffer, value: number, offset: number, digits: number): void {
	let half = (value % 2 ** 24) | 0;
	for (let count = 0; count < digits; count++) {
		if (count === 8) half = (value / 2 ** 24) | 0;
		block[offset + digits - 1 - count] = 0x30 + (half & 7);
		half >>= 3;
	}
}

/** The sum of a block's bytes, its own field taken as eight blanks. */
function checksum(block: Buffer): number {
	return blanks + sumOf(block, 0, 148) + sumOf(block, 156, blockSize);
}

const blanks = 8 * 0x20;

function sumOf(block: Buffer, from: number, to: number): number {
	let sum = 0;
	for (let at = from; at < to; at++) sum += block[at] ?? 0;
	return sum;
}

/** Octal digits between blanks and zeros, or, with the highest bit set, GNU's big-endian binary in two's complement. */
function decodeNumber(block: Buffer, offset: number, length: number): number {
	if ((block[offset] ?? 0) & 0x80) {
		const hex = block.toString('hex', offset, offset + length);
		const bits = length * 8 - 1;
		return Number(BigInt.asIntN(bits, BigInt(`0x${hex}`)));
	}
	const end = offset + length;
	let at = offset;
	while (at < end && isBlank(block[at])) at++;
	let value = 0;
	for (; at < end && isOctal(block[at]); at++) value = value * 8 + (block[at] ?? 0) - zero;
	if (at < end && !isBlank(block[at])) throw new Malformed('a header has a number that is none');
	return value;
}

const zero = 0x30;

function isBlank(byte: number | undefined): boolean {
	return byte === 0 || byte === 0x20;
}

function isOctal(byte = 0): boolean {
	return byte >= zero && byte <= 0x37;
}

function field(block: Buffer, offset: number, length: number): Buffer {
	const end = block.indexOf(0, offset);
	return block.subarray(offset, end < 0 || end > offset + length ? offset + length : end);
}
