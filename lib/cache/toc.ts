import {promisify} from 'node:util';
import {gunzip, gzip} from 'node:zlib';
import {memberPath} from '../layer/member-path.ts';
import {inTocOrder} from '../layer/tar-entry.ts';
import {isImageXattr} from '../linux/xattr.ts';
import {digestOf, isDigest} from '../oci/digest.ts';
import type {EntryType, Toc, TocEntry} from '../tree/toc.ts';
import {type Document, tocType} from './format.ts';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Bytes of a TOC, as JSON: some 800,000 files. */
const largestToc = 256 * 2 ** 20;

/** A TOC as a blob of a cache. */
export async function encodeToc(toc: Toc): Promise<Document> {
	const bytes = await compress(JSON.stringify(toc));
	return {descriptor: {mediaType: tocType, digest: digestOf(bytes), size: bytes.byteLength}, bytes};
}

/** The TOC in a blob, which anybody may have written; undefined if it is not one whose paths stay below the root. */
export async function decodeToc(blob: Uint8Array): Promise<Toc | undefined> {
	try {
		const json = await decompress(blob, {maxOutputLength: largestToc});
		const value: unknown = JSON.parse(json.toString('utf8'));
		if (!Array.isArray(value) || !value.every(isEntry)) return undefined;
		return inTocOrder(value);
	} catch {
		return undefined;
	}
}

const types: ReadonlySet<unknown> = new Set<EntryType>([
	...(['file', 'directory', 'symlink', 'hardlink', 'char', 'block', 'fifo', 'whiteout', 'opaque'] as const),
]);
const known: ReadonlySet<string> = new Set<keyof TocEntry>([
	...(['path', 'type', 'mode', 'uid', 'gid', 'size', 'mtime', 'linkname', 'major', 'minor'] as const),
	...(['xattrs', 'digest', 'offset', 'body'] as const),
]);

function isEntry(value: unknown): value is TocEntry {
	if (typeof value !== 'object' || value === null || !Object.keys(value).every(name => known.has(name))) return false;
	const {path, type, mode, uid, gid, size, mtime, linkname, ...rest} = value as Readonly<Record<string, unknown>>;
	const hasNumbers = isCount(mode, 0o7777) && [uid, gid].every(id => isCount(id, 2 ** 32)) && isCount(size);
	return (
		isPath(path) &&
		types.has(type) &&
		hasNumbers &&
		Number.isSafeInteger(mtime) &&
		isLink(type, linkname) &&
		isRest(rest)
	);
}

function isRest({major, minor, offset, xattrs, digest, body}: Readonly<Record<string, unknown>>): boolean {
	return (
		[major, minor, offset].every(count => count === undefined || isCount(count)) &&
		(xattrs === undefined || isXattrs(xattrs)) &&
		(digest === undefined || (typeof digest === 'string' && isDigest(digest))) &&
		(body === undefined || typeof body === 'string')
	);
}

function isPath(value: unknown): boolean {
	return typeof value === 'string' && memberPath(value) === value;
}

/** A hard link names a path of the layer; what a symlink says is nobody's business until it is followed, inside the root. */
function isLink(type: unknown, target: unknown): boolean {
	if (type === 'hardlink') return isPath(target);
	if (type === 'symlink') return typeof target === 'string' && !target.includes('\0');
	return target === undefined;
}

function isXattrs(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return Object.entries(value).every(([name, text]) => isImageXattr(name) && typeof text === 'string');
}

function isCount(value: unknown, most = Number.MAX_SAFE_INTEGER): boolean {
	return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= most;
}
