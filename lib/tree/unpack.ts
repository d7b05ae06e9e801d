import {StepError} from '../errors.ts';
import {dress, type Placing} from './dress.ts';
import type {Entry} from './entry.ts';
import {cleanPath, joinPath, nameOf, parentOf} from './paths.ts';
import type {Source} from './selection.ts';

const asIs = {owner: undefined, mode: (mode: number) => mode};

/**
 * Places what ADD unpacks (ADD-1): entries keep their ids unless `--chown` says otherwise, and always their modes; the archive's own root is
 * left out, so that it cannot change the destination (W-14). The destination is the root of all links on the way, and no name may leave it.
 * Files replace directories and directories replace files, as tar does; links are not replaced by directories.
 */
export function unpackSource({path: archive, entries}: Source, id: string, placing: Placing): void {
	const {draft, target, owner} = placing;

	function placeOf(name: string): string {
		if (name.split('/').reduce(depthAfter, 0) < 0) throw leaves(archive, name);
		const path = cleanPath(name);
		return joinPath(draft.resolve(parentOf(path), target), nameOf(path));
	}

	function unpack(entry: Entry, index: number): void {
		const path = placeOf(entry.path);
		if (path === target || entry.type === 'hardlink') return;
		const existing = draft.stat(path);
		if (entry.type === 'directory' && existing?.type === 'symlink') throw overLink(archive, existing);
		draft.put(dress(entry, path, {...asIs, owner}), entry.type === 'file' ? `${id} ${index}` : undefined);
	}

	/** Another name of a file that is there by now, be it from this archive or from a layer below. */
	function link(entry: Entry): void {
		const path = placeOf(entry.path);
		const file = draft.stat(placeOf(linkTarget(entry, links)));
		if (!file || file.type === 'directory') throw danglingLink(archive, entry);
		if (file.type === 'file') draft.link(path, dress(file, file.path, asIs));
		else draft.put({...file, path});
	}

	const links = new Map(entries.filter(({type}) => type === 'hardlink').map(entry => [entry.path, entry]));
	draft.makeDirectory(target);
	entries.forEach(unpack);
	for (const entry of links.values()) link(entry);
}

/** What a link names in the end: its target may be a link, too, and come after it, since entries are sorted. */
function linkTarget({linkname = ''}: Entry, links: ReadonlyMap<string, Entry>): string {
	let target = linkname;
	for (let steps = 0; steps < links.size && links.has(target); steps++) target = links.get(target)?.linkname ?? '';
	return target;
}

/** How deep one is after one more name; below 0 is outside, for good. */
function depthAfter(depth: number, name: string): number {
	if (depth < 0 || name === '' || name === '.') return depth;
	return name === '..' ? depth - 1 : depth + 1;
}

const withoutEntry = ['make the archive anew without it, or leave it packed: ADD --unpack=false'];

function leaves(archive: string, name: string): StepError {
	return new StepError('ARCHIVE_ESCAPES', `cannot unpack ${archive}: its entry ${name} leads out of the destination`, {
		help: withoutEntry,
	});
}

function danglingLink(archive: string, {path, linkname}: Entry): StepError {
	return new StepError(
		'ARCHIVE',
		`cannot unpack ${archive}: its entry ${path} is a link to ${linkname}, which is no file`,
		{help: withoutEntry},
	);
}

function overLink(archive: string, {path, linkname}: Entry): StepError {
	return new StepError(
		'COPY_CONFLICT',
		`cannot unpack ${archive}: its directory would replace /${path}, a link to ${linkname}`,
		{help: [`unpack it elsewhere, or where the link leads: /${linkname?.replace(/^\//, '')}`]},
	);
}
