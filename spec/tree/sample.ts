import {type DiffID, diffIDFromHex, digestOf} from '../../lib/oci/digest.ts';
import type {Entry} from '../../lib/tree/entry.ts';
import {mergeTocs} from '../../lib/tree/merge.ts';
import {compareBytes} from '../../lib/tree/paths.ts';
import {type Placement, placeEntries} from '../../lib/tree/place.ts';
import {type SourceRequest, selectSources} from '../../lib/tree/select.ts';
import type {Toc, TocEntry} from '../../lib/tree/toc.ts';
import type {Tree} from '../../lib/tree/tree.ts';

/**
 * A layer as a value. The name tells the type: `d/` is a directory, `.wh.f` deletes f, `d/.wh..wh..opq` empties d; the value is a file's text,
 * `→ target` for a symlink, `= path` for a hard link, or an object that says more.
 */
export type Sample = Readonly<Record<string, string | SampleFacts>>;
export type SampleFacts = Partial<TocEntry> & {readonly text?: string};

/** mtime of everything in a sample, unless it says otherwise. */
export const past = 1_000_000_000;
/** mtime of what a COPY makes. */
export const now = 2_000_000_000;

export function sampleToc(sample: Sample): Toc {
	const entries = Object.entries(sample).map(([name, value], index) => sampleEntry(name, value, index));
	return entries.sort((a, b) => compareBytes(a.path, b.path));
}

/** Layers, the lowest first, as one tree. */
export function sampleTree(...layers: readonly Sample[]): Tree {
	return mergeTocs(layers.map((layer, index) => ({diffID: sampleDiffID(index), toc: sampleToc(layer)})));
}

export function sampleDiffID(index: number): DiffID {
	return diffIDFromHex(index.toString(16).padStart(64, '0'));
}

function sampleEntry(name: string, value: string | SampleFacts, index: number): TocEntry {
	const common = {path: name, mode: 0, uid: 0, gid: 0, size: 0, mtime: 0};
	if (name.endsWith('.wh..wh..opq')) return {...common, path: name.slice(0, -13), type: 'opaque'};
	if (/(^|\/)\.wh\./.test(name)) return {...common, path: name.replace('.wh.', ''), type: 'whiteout'};
	const {text, ...facts} = typeof value === 'string' ? {text: value} : {text: '', ...value};
	const dated = {...common, mtime: past};
	if (name.endsWith('/')) return {...dated, path: name.slice(0, -1), type: 'directory', mode: 0o755, ...facts};
	if (text.startsWith('→ ')) return {...dated, type: 'symlink', mode: 0o777, linkname: text.slice(2), ...facts};
	if (text.startsWith('= ')) return {...dated, type: 'hardlink', mode: 0o644, linkname: text.slice(2), ...facts};
	const body = Buffer.from(text).toString('base64');
	const content = {size: Buffer.byteLength(text), digest: digestOf(text), offset: 512 + index * 1024, body};
	return {...dated, type: 'file', mode: 0o644, ...content, ...facts};
}

/** What the entries of a layer say, in the form of a sample; modes, ids and times only where they are not the usual ones. */
export function show(entries: readonly Entry[], text: (entry: Entry) => string = contentName): Record<string, string> {
	return Object.fromEntries(
		entries.map(entry => [nameAs(entry), [valueAs(entry, text), ...oddities(entry)].join(' ').trim()]),
	);
}

function nameAs({path, type}: Entry): string {
	if (type === 'directory') return `${path}/`;
	if (type === 'opaque') return `${path}/.wh..wh..opq`;
	return path;
}

function valueAs(entry: Entry, text: (entry: Entry) => string): string {
	if (entry.type === 'symlink') return `→ ${entry.linkname}`;
	if (entry.type === 'hardlink') return `= ${entry.linkname}`;
	return entry.type === 'file' ? text(entry) : entry.type === 'directory' || entry.type === 'opaque' ? '' : entry.type;
}

function oddities({type, mode, uid, gid, mtime, xattrs}: Entry): string[] {
	const usual =
		{file: 0o644, directory: 0o755, symlink: 0o777, hardlink: 0o644, char: 0o644, fifo: 0o644}[type as string] ?? 0;
	return [
		...(mode === usual ? [] : [`0${mode.toString(8)}`]),
		...(uid === 0 && gid === 0 ? [] : [`${uid}:${gid}`]),
		...(mtime === now ? ['now'] : []),
		...(xattrs && Object.keys(xattrs).length > 0 ? [`+${Object.keys(xattrs).join(',')}`] : []),
	];
}

/** A file by its text, if it is short enough to be guessed from its digest. */
function contentName({digest, content}: Entry): string {
	if (content?.from === 'bytes') return Buffer.from(content.data).toString();
	return known.get(digest ?? '') ?? 'file';
}

const known = new Map('abcdefghijklmnopqrstuvwxyz0123456789'.split('').map(text => [digestOf(text) as string, text]));

/** A whole COPY: `copy(source, {paths: ['a'], destination: '/b'}, parent)`. */
export function copy(
	source: Tree,
	request: SourceRequest & Partial<Placement>,
	parent: Tree = sampleTree(),
): Record<string, string> {
	const placement = {destination: '/', workdir: '/', now, ...request};
	return show(placeEntries(selectSources(source, request), placement, parent));
}
