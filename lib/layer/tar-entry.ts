import {StepError} from '../errors.ts';
import {encodeName} from '../tree/name.ts';
import {compareBytes, joinPath, nameOf, parentOf} from '../tree/paths.ts';
import type {Toc, TocEntry} from '../tree/toc.ts';
import {encodeHeader} from './header.ts';
import {isReserved, markName} from './whiteout.ts';

/**
 * Entries in the order of a tar: sorted by path, in each directory first its marks, as the specification asks
 * (https://github.com/opencontainers/image-spec/blob/main/layer.md#opaque-whiteout). Parents come before what they hold.
 */
export function inTarOrder<T extends TocEntry>(entries: readonly T[]): T[] {
	const keyed = entries.map(entry => ({entry, key: tarKey(entry)}));
	keyed.sort((one, other) => compareBytes(one.key, other.key));
	const twice = keyed.find(({key}, index) => index > 0 && key === keyed[index - 1]?.key);
	if (twice) throw new TypeError(`a layer is to have "${twice.entry.path}" twice`);
	return keyed.map(({entry}) => entry);
}

/** Entries in the order of a TOC: by path; of an opaque directory, the directory first. */
export function inTocOrder(entries: readonly TocEntry[]): Toc {
	return [...entries].sort(
		(one, other) =>
			compareBytes(one.path, other.path) || Number(one.type === 'opaque') - Number(other.type === 'opaque'),
	);
}

/** The blocks of a tar that begin an entry. */
export function tarHeader(entry: TocEntry): Buffer {
	if (entry.type === 'whiteout' || entry.type === 'opaque') {
		const name = encodeName(markName(entry.type, entry.path));
		return encodeHeader({name, type: 'file', mode: 0, uid: 0, gid: 0, size: 0, mtime: 0});
	}
	if (isReserved(entry.path)) throw reservedName(entry.path);
	const {path, type, mode, uid, gid, size, mtime, linkname, major = 0, minor = 0} = entry;
	const name = encodeName(type === 'directory' ? `${path === '' ? '.' : path}/` : path);
	const header = {name, type, mode, uid, gid, size, mtime, major, minor};
	if (linkname === undefined && !entry.xattrs) return encodeHeader(header);
	return encodeHeader({
		...header,
		...(linkname !== undefined && {linkname: encodeName(linkname)}),
		...(entry.xattrs && {xattrs: decodeXattrs(entry)}),
	});
}

/** `a/b` becomes `a/b`, its whiteout `a/\0b`, and that of all of `a` `a/\0`: no name has a zero byte. */
function tarKey({type, path}: TocEntry): string {
	if (type === 'opaque') return joinPath(path, '\0');
	if (type === 'whiteout') return joinPath(parentOf(path), `\0${nameOf(path)}`);
	return path;
}

function decodeXattrs({path, xattrs = {}}: TocEntry): Record<string, Buffer> {
	const pairs = Object.entries(xattrs).map(([name, value]) => {
		if (name.includes('='))
			throw new StepError('XATTR_NAME', `a layer cannot hold the attribute "${name}" of "${path}"`);
		return [name, Buffer.from(value, 'base64')] as const;
	});
	return Object.fromEntries(pairs);
}

function reservedName(path: string): StepError {
	return new StepError('RESERVED_NAME', `a layer cannot hold "${path}"`, {
		notes: ['names that begin with .wh. stand for removed files in a layer'],
		help: ['give it another name, or leave it out by .dockerignore'],
	});
}
