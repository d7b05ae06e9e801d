import type {Owner} from '../oci/passwd.ts';
import type {ModeChange} from './chmod.ts';
import type {LayerDraft} from './draft.ts';
import type {Entry} from './entry.ts';
import {factsOf} from './toc.ts';

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
	const {type, digest, content} = entry;
	const facts: {-readonly [Field in keyof Entry]: Entry[Field]} = factsOf(entry);
	facts.path = path;
	facts.uid = owner?.uid ?? entry.uid;
	facts.gid = owner?.gid ?? entry.gid;
	facts.mode = type === 'symlink' ? linkMode : mode(entry.mode, type === 'directory');
	if (facts.linkname !== undefined && type !== 'symlink') delete facts.linkname;
	if (digest !== undefined) facts.digest = digest;
	if (content !== undefined) facts.content = content;
	return facts;
}

/** What two names of one file have in common, within a source: the place of their bytes. */
export function inodeOf({type, content}: Entry): string | undefined {
	if (type !== 'file' || content === undefined || content.from === 'bytes') return undefined;
	return content.from === 'file' ? `${content.path} ${content.offset ?? 0}` : `${content.diffID} ${content.offset}`;
}
