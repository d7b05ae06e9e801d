import {mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {type Digest, parseDigest} from '../oci/digest.ts';
import {digestFile, type FileDigest} from './digest-file.ts';
import {digestFiles} from './digest-files.ts';

/** Remembers what was found out of files that have not changed, from one build to the next. */
export interface StatCache {
	/** What is known of the file at `path`, if it is in the `fileState` in which that was found out. */
	recall(path: string, state: string): KnownFile | undefined;
	/** The digest of a file, which is read only if it is not known. */
	digestOf(file: SeenFile, signal?: AbortSignal): Promise<Digest>;
	/** Reads those of many files that are not known, so that `digestOf` need not. */
	readAhead(files: readonly SeenFile[], signal?: AbortSignal): Promise<void>;
	/** Writes what was learned, in one rename. A cache that cannot be written is none, and no error. */
	save(): void;
}

/** What stays as it is while a file's state does: that of its attributes too, since they change its ctime. */
export interface KnownFile {
	readonly digest: Digest;
	readonly xattrs?: Xattrs | undefined;
}

/** A file and how it was seen. */
export interface SeenFile {
	readonly path: string;
	readonly state: string;
	readonly size: number;
	readonly xattrs?: Xattrs | undefined;
}

type Xattrs = Readonly<Record<string, string>>;

type Row = readonly [state: string, digest: string, xattrs?: Xattrs];

const version = 2;

/** What it takes to open a file, and to start a thread, in bytes that could be hashed meanwhile. */
const costOfFile = 64 * 1024;
const costOfThread = 128 * 1024 * 1024;

/** Entries of files that this build did not ask for are kept up to this number, so that a cache cannot grow for ever. */
const mostUnused = 200_000;

/** Opens the cache in `file`; it is read at the first question. What cannot be read is forgotten. */
export function statCache(file: string): StatCache {
	const used = new Map<string, Row>();
	/** What was read ahead and not asked for yet. */
	const ahead = new Map<string, FileDigest>();
	let reading: Promise<unknown> = Promise.resolve();
	let kept: Readonly<Record<string, Row>> | undefined;
	let isChanged = false;

	function recall(path: string, state: string): KnownFile | undefined {
		kept ??= load(file);
		const row = used.get(path) ?? kept[path];
		const digest = row?.[0] === state ? parseDigest(row[1]) : undefined;
		if (!row || !digest) return undefined;
		used.set(path, row);
		return {digest, xattrs: row[2]};
	}

	async function digestOf(seen: SeenFile, signal?: AbortSignal): Promise<Digest> {
		return recall(seen.path, seen.state)?.digest ?? learn(seen, signal);
	}

	async function learn({path, state, xattrs}: SeenFile, signal: AbortSignal | undefined): Promise<Digest> {
		const read = ahead.get(path) ?? (await digestFile(path, signal));
		ahead.delete(path);
		if (read.lasts && read.state === state) {
			used.set(path, xattrs ? [state, read.digest, xattrs] : [state, read.digest]);
			isChanged = true;
		}
		return read.digest;
	}

	/** One call after the other: several steps may want the same files at once. */
	async function readAhead(files: readonly SeenFile[], signal?: AbortSignal): Promise<void> {
		const turn = reading.then(() => readUnknown(files, signal));
		reading = turn.catch(() => {});
		return turn;
	}

	async function readUnknown(files: readonly SeenFile[], signal: AbortSignal | undefined): Promise<void> {
		const unknown = files.filter(({path, state}) => !ahead.has(path) && recall(path, state) === undefined);
		const work = unknown.reduce((sum, {size}) => sum + size + costOfFile, 0);
		if (work < costOfThread) return;
		const paths = [...new Set(unknown.map(({path}) => path))];
		for (const [path, digest] of await digestFiles(paths, signal)) ahead.set(path, digest);
	}

	function save(): void {
		if (!isChanged) return;
		const unused = Object.entries(kept ?? {}).filter(([path]) => !used.has(path));
		const entries = [...(unused.length > mostUnused ? [] : unused), ...used];
		write(file, JSON.stringify({version, entries: Object.fromEntries(entries)}));
		isChanged = false;
	}

	return {recall, digestOf, readAhead, save};
}

function load(file: string): Readonly<Record<string, Row>> {
	try {
		const content: {version?: unknown; entries?: Record<string, Row>} = JSON.parse(readFileSync(file, 'utf8'));
		return content.version === version && content.entries ? content.entries : {};
	} catch {
		return {};
	}
}

function write(file: string, text: string): void {
	const temporary = `${file}.${process.pid}`;
	const isWritten = quietly(() => {
		mkdirSync(dirname(file), {recursive: true});
		writeFileSync(temporary, text);
		renameSync(temporary, file);
	});
	if (!isWritten) quietly(() => unlinkSync(temporary));
}

/** Whether it worked. */
function quietly(action: () => void): boolean {
	try {
		action();
		return true;
	} catch {
		return false;
	}
}
