import {Unreadable} from '../package.ts';

/** A value of a row; a number that is no safe integer is not told apart from null. */
export type Value = null | number | Buffer;

/**
 * The rows of a table of an SQLite database, in the order of their numbers: https://www.sqlite.org/fileformat2.html. For tables that have a
 * number for each row, and databases in UTF-8 whose write-ahead log is empty. Throws `Unreadable` if it is none.
 */
export function tableRows(database: Buffer, table: string): readonly (readonly Value[])[] {
	try {
		const file = openDatabase(database);
		const root = rowsAt(1, file).find(([type, name]) => isText(type, 'table') && isText(name, table))?.[3];
		if (typeof root !== 'number') throw new Unreadable(`has no table ${table}`);
		return rowsAt(root, file);
	} catch (error) {
		if (error instanceof RangeError) throw new Unreadable('is a damaged database');
		throw error;
	}
}

interface DatabaseFile {
	readonly bytes: Buffer;
	readonly pageSize: number;
	/** Bytes of a page that are in use. */
	readonly usable: number;
}

const mark = 'SQLite format 3\0';

function openDatabase(bytes: Buffer): DatabaseFile {
	if (bytes.subarray(0, mark.length).toString('latin1') !== mark) throw new Unreadable('is no SQLite database');
	const size = bytes.readUInt16BE(16);
	const pageSize = size === 1 ? 65536 : size;
	return {bytes, pageSize, usable: pageSize - bytes.readUInt8(20)};
}

const kinds = {interior: 5, leaf: 13} as const;

/** Below a page of a table's tree. Pages that name each other in a circle end at a depth that no file reaches. */
function rowsAt(page: number, file: DatabaseFile, depth = 0): readonly (readonly Value[])[] {
	if (depth > 64) throw new RangeError('too deep');
	const {bytes, pageSize} = file;
	const start = (page - 1) * pageSize;
	const header = page === 1 ? start + 100 : start;
	const kind = bytes.readUInt8(header);
	if (kind !== kinds.interior && kind !== kinds.leaf) throw new RangeError('no page of a table');
	const cells = Array.from({length: bytes.readUInt16BE(header + 3)}, (_, at) => {
		return start + bytes.readUInt16BE(header + (kind === kinds.leaf ? 8 : 12) + 2 * at);
	});
	if (kind === kinds.leaf) return cells.map(cell => rowAt(cell, file));
	const children = [...cells.map(cell => bytes.readUInt32BE(cell)), bytes.readUInt32BE(header + 8)];
	return children.flatMap(child => rowsAt(child, file, depth + 1));
}

/** A row's payload: the part that is in its page, and the rest in a chain of pages. */
function rowAt(cell: number, file: DatabaseFile): readonly Value[] {
	const {bytes, pageSize, usable} = file;
	const size = varint(bytes, cell);
	const start = varint(bytes, size.end).end;
	const local = localSize(size.value, usable);
	const pieces = [slice(bytes, start, local)];
	let missing = size.value - local;
	for (let next = missing > 0 ? bytes.readUInt32BE(start + local) : 0; missing > 0; ) {
		const at = (next - 1) * pageSize;
		const piece = slice(bytes, at + 4, Math.min(missing, usable - 4));
		next = bytes.readUInt32BE(at);
		missing -= piece.length;
		pieces.push(piece);
	}
	return valuesOf(Buffer.concat(pieces));
}

function localSize(size: number, usable: number): number {
	const [most, least] = [usable - 35, Math.floor(((usable - 12) * 32) / 255) - 23];
	if (size <= most) return size;
	const fitting = least + ((size - least) % (usable - 4));
	return fitting <= most ? fitting : least;
}

/** A record: the types of its values, then the values. */
function valuesOf(record: Buffer): readonly Value[] {
	const head = varint(record, 0);
	const values: Value[] = [];
	let body = head.value;
	for (let at = head.end; at < head.value; ) {
		const type = varint(record, at);
		at = type.end;
		const size = sizeOf(type.value);
		values.push(decode(type.value, slice(record, body, size)));
		body += size;
	}
	return values;
}

const numberSizes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

function sizeOf(type: number): number {
	return numberSizes[type] ?? Math.floor((type - 12) / 2);
}

function decode(type: number, bytes: Buffer): Value {
	if (type >= 12) return bytes;
	if (type === 8 || type === 9) return type - 8;
	return bytes.length > 0 && bytes.length <= 6 ? bytes.readIntBE(0, bytes.length) : null;
}

/** Big-endian in seven bits a byte, up to nine of them. */
function varint(bytes: Buffer, from: number): {readonly value: number; readonly end: number} {
	let value = 0;
	for (let at = from; at < from + 8; at++) {
		const byte = bytes.readUInt8(at);
		value = value * 128 + (byte & 0x7f);
		if (byte < 0x80) return {value, end: at + 1};
	}
	return {value: value * 256 + bytes.readUInt8(from + 8), end: from + 9};
}

function slice(bytes: Buffer, start: number, size: number): Buffer {
	if (start < 0 || size < 0 || start + size > bytes.length) throw new RangeError('beyond the end');
	return bytes.subarray(start, start + size);
}

function isText(value: Value | undefined, text: string): boolean {
	return Buffer.isBuffer(value) && value.toString() === text;
}
