import {StepError} from '../errors.ts';
import {type ModeChange, parseChmod} from './chmod.ts';
import {draftLayer} from './draft.ts';
import {dress, inodeOf, type Placing} from './dress.ts';
import type {Entry} from './entry.ts';
import {emptyTree} from './merge.ts';
import {resolveOwner, root} from './owner.ts';
import {joinPath} from './paths.ts';
import type {Selection, Source} from './selection.ts';
import type {Tree} from './tree.ts';
import {unpackSource} from './unpack.ts';

/** `a/`, `a/.`, `a/..` */
const isDirectoryName = /(^|\/)\.{0,2}$/;

/** Where and how a COPY or ADD puts its sources; values as expanded. */
export interface Placement {
	/** A trailing slash, or `.`, makes it a directory. Relative to `workdir`. */
	readonly destination: string;
	readonly workdir: string;
	readonly chown?: string;
	readonly chmod?: string;
	/** The layer must not depend on the parent (CPY-11); only names in `chown` are looked up there. */
	readonly link?: boolean;
	/** Seconds: the mtime of what has no other. */
	readonly now: number;
	/** Seconds: the mtime of the directories that are made; default: `now`. */
	readonly made?: number;
}

/**
 * The entries of the layer that a COPY or ADD adds to `parent`, in the order of a TOC: SURFACE CPY-2 to CPY-11, CPY-16 to CPY-18, LAY-5.
 * All paths are resolved. Directories that exist keep their metadata if they are the destination, and get the source's below it (CPY-6).
 */
export function placeEntries(selection: Selection, placement: Placement, parent: Tree): Entry[] {
	const {chown, chmod, link = false, now, made = now} = placement;
	const owner = chown === undefined ? undefined : resolveOwner(chown, parent);
	const mode: ModeChange = chmod === undefined ? same => same : parseChmod(chmod);
	const draft = draftLayer(link ? emptyTree : parent, {owner: owner ?? root, now: made});
	const destination = absolute(placement);
	selection.sources.forEach((source, index) => {
		if (isFile(source) && source.entries.length === 0) return;
		const isInside = isFile(source) && isDirectoryName.test(destination);
		if (isInside) draft.makeDirectory(draft.resolve(destination));
		const placing = {draft, target: draft.resolve(destination), owner, mode, now};
		if (source.kind === 'archive') unpackSource(source, `${index}`, placing);
		else placeSource(source, `${index}`, placing);
	});
	return draft.entries();
}

function absolute({destination, workdir}: Placement): string {
	if (destination.startsWith('/')) return destination;
	return destination === '' ? `${workdir}/` : `${workdir}/${destination}`;
}

function placeSource(source: Source, id: string, placing: Placing): void {
	const {draft, target} = placing;
	const existing = draft.stat(target);
	const origin = {source, id, placing};
	if (isFile(source)) {
		const isInside = existing?.type === 'directory';
		for (const entry of source.entries) placeEntry(entry, isInside ? joinPath(target, entry.path) : target, origin);
		return;
	}
	if (existing && existing.type !== 'directory') throw conflict(source.path, existing);
	draft.makeDirectory(target);
	for (const entry of source.entries) placeEntry(entry, joinPath(target, entry.path), origin);
}

interface Origin {
	readonly source: Source;
	readonly id: string;
	readonly placing: Placing;
}

function placeEntry(entry: Entry, path: string, {source, id, placing}: Origin): void {
	const {draft, now} = placing;
	const existing = draft.stat(path);
	const isDirectory = entry.type === 'directory';
	if (existing && (existing.type === 'directory') !== isDirectory) throw conflict(nameIn(source, entry), existing);
	if (existing && isDirectory && source.kind === 'parents') return;
	const placed = dress(entry, path, placing);
	const inode = inodeOf(entry);
	if (existing?.xattrs && isDirectory) draft.put({...placed, xattrs: {...existing.xattrs, ...placed.xattrs}});
	else draft.put(source.kind === 'heredoc' ? {...placed, mtime: now} : placed, inode && `${id} ${inode}`);
}

/** An entry as its own tree has it. */
function nameIn(source: Source, entry: Entry): string {
	return isFile(source) ? source.path : joinPath(source.path, entry.path);
}

function isFile({kind}: Source): boolean {
	return kind === 'file' || kind === 'heredoc';
}

/** CPY-4, CPY-10; that a directory never replaces a link is our own rule, for Debian's /bin is one. */
function conflict(source: string, {path, type, linkname}: Entry): StepError {
	if (type === 'directory') {
		return new StepError('COPY_CONFLICT', `cannot copy ${source} over /${path}, which is a directory`, {
			help: [`remove that before, in a step of its own: RUN rm -r /${path}`],
		});
	}
	const fact = type === 'symlink' ? `a link to ${linkname}` : 'no directory';
	return new StepError('COPY_CONFLICT', `cannot copy the directory ${source} over /${path}, which is ${fact}`, {
		help: [
			type === 'symlink'
				? `copy what is in it to where the link leads: COPY ${source}/ /${path}/`
				: `remove that before, in a step of its own: RUN rm /${path}`,
		],
	});
}
