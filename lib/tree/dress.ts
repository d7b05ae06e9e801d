import type {Owner} from '../oci/passwd.ts';
import type {ModeChange} from './chmod.ts';
import type {LayerDraft} from './draft.ts';
import type {Entry} from './entry.ts';

/** A placement, its values understood. */
export interface Placing {
	readonly draft: LayerDraft;
	/** Resolved. */
	readonly target: string;
	/** Absent: everything keeps the ids of its source. */
	readonly owner: Owner | undefined;
	readonly mode: ModeChange;
	readonly now: number;
}

/** Of every link, whatever an archive says: Linux knows no other (symlink(7)). */
const linkMode = 0o777;

/** An entry at its place, with the owner and mode it was given, and without what was only true where it came from. */
export function dress(entry: Entry, path: string, {owner, mode}: Pick<Placing, 'owner' | 'mode'>): Entry {
	const {offset: _offset, body: _body, linkname, ...facts} = entry;
	return {
		...facts,
		path,
		...owner,
		mode: entry.type === 'symlink' ? linkMode : mode(entry.mode, entry.type === 'directory'),
		...(linkname !== undefined && entry.type === 'symlink' && {linkname}),
	};
}

/** What two names of one file have in common, within a source: the place of their bytes. */
export function inodeOf({type, content}: Entry): string | undefined {
	if (type !== 'file' || content === undefined || content.from === 'bytes') return undefined;
	return content.from === 'file' ? `${content.path} ${content.offset ?? 0}` : `${content.diffID} ${content.offset}`;
}
