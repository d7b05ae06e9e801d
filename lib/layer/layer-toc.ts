import {createHash} from 'node:crypto';
import {type Bytes, stoppedBy} from '../bytes.ts';
import {isImageXattr} from '../linux/xattr.ts';
import {type DiffID, type Digest, digestFromHex} from '../oci/digest.ts';
import {decodeName} from '../tree/name.ts';
import type {Toc, TocEntry} from '../tree/toc.ts';
import {tapped} from './byte-reader.ts';
import {diffIDMismatch, readError} from './errors.ts';
import {hashedTar, tarAhead} from './hashed-tar.ts';
import {memberPath} from './member-path.ts';
import {type Member, readTar} from './read-tar.ts';
import {tocBuilder} from './toc-builder.ts';
import {markOf} from './whiteout.ts';

/** What is found in a layer's blob. */
export interface LayerContents {
	readonly toc: Toc;
	readonly diffID: DiffID;
}

/** What is to be done with each entry on the way; what it does not read of the content is skipped. */
export type Visit = (entry: TocEntry, content: () => Bytes) => Promise<void>;

/** The layer's TOC, in one pass over its blob. Rejects if an entry leaves the root, or if the diffID is not the one expected. */
export async function tocOf(blob: string, diffID?: DiffID, signal?: AbortSignal): Promise<LayerContents> {
	return visitLayer(blob, {visit: async () => {}, expected: diffID, signal});
}

export interface VisitOptions {
	readonly visit: Visit;
	readonly expected: DiffID | undefined;
	/** How many bytes the blob will have, if it is still being written. */
	readonly arriving?: number | undefined;
	/** Whether another thread reads the blob; default: this one. */
	readonly ahead?: boolean;
	/** Stops it. */
	readonly signal?: AbortSignal | undefined;
}

/** One pass over a layer's blob, whatever its compression: shows each entry to `visit` and makes the TOC. */
export async function visitLayer(
	blob: string,
	{visit, expected, arriving, ahead = false, signal}: VisitOptions,
): Promise<LayerContents> {
	const builder = tocBuilder();
	let diffID: DiffID;
	try {
		const inPlace = () => hashedTar(blob, arriving);
		const tar = ahead ? await tarAhead(blob, arriving).catch(inPlace) : inPlace();
		for await (const member of readTar(stoppedBy(signal, tar.content))) {
			const entry = layerEntry(member);
			if (entry) builder.add(await contentsRead(entry, member, visit));
		}
		diffID = tar.diffID();
	} catch (error) {
		throw readError(blob, error);
	}
	if (expected !== undefined && expected !== diffID) throw diffIDMismatch(expected, diffID);
	return {toc: builder.toc(), diffID};
}

/** Whether the TOC keeps the content of a file itself: names of users and groups are looked up in it. */
export function keepsBody({path, size}: TocEntry): boolean {
	return (path === 'etc/passwd' || path === 'etc/group') && size <= largestBody;
}

const largestBody = 1024 * 1024;

/** The entry that a member of a layer's tar is; undefined for what engines of old kept there for themselves. */
export function layerEntry(member: Member): TocEntry | undefined {
	const path = memberPath(decodeName(member.name));
	const mark = markOf(path);
	if (!mark) return memberEntry(member, path, memberPath);
	if (mark.type === 'aufs') return undefined;
	return {path: mark.path, type: mark.type, mode: 0, uid: 0, gid: 0, size: 0, mtime: 0};
}

/** A member of any tar as an entry at `path`; `toPath` makes a path of the name that a hard link gives. */
export function memberEntry(member: Member, path: string, toPath: (name: string) => string): TocEntry {
	const {type, mode, uid, gid, size, mtime, major, minor, offset} = member;
	const linkname = member.linkname && decodeName(member.linkname);
	return {
		...{path, type, mode, uid, gid, size, mtime},
		...(linkname !== undefined && {linkname: type === 'hardlink' ? toPath(linkname) : linkname}),
		...(major !== undefined && {major, minor: minor ?? 0}),
		...imageXattrs(member),
		...(type === 'file' && {offset}),
	};
}

function imageXattrs({xattrs = {}}: Member): Pick<TocEntry, 'xattrs'> {
	const found = Object.entries(xattrs).filter(([name]) => isImageXattr(name));
	if (found.length === 0) return {};
	found.sort(([one], [other]) => (one < other ? -1 : 1));
	return {xattrs: Object.fromEntries(found.map(([name, value]) => [name, Buffer.from(value).toString('base64')]))};
}

/** Shows an entry to `visit`; answers it with what only its content tells. */
async function contentsRead(entry: TocEntry, member: Member, visit: Visit): Promise<TocEntry> {
	if (entry.type !== 'file') {
		await visit(entry, member.content);
		return entry;
	}
	const hash = createHash('sha256');
	const body: Uint8Array[] = [];
	const keeps = keepsBody(entry);
	const look = (chunk: Uint8Array) => {
		hash.update(chunk);
		if (keeps) body.push(Uint8Array.from(chunk));
	};
	await visit(entry, () => tapped(member.content(), look));
	for await (const chunk of member.content()) look(chunk);
	const digest: Digest = digestFromHex(hash.digest('hex'));
	return {...entry, digest, ...(keeps && {body: Buffer.concat(body).toString('base64')})};
}
