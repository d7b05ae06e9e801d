import {mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {type Digest, parseDigest} from '../oci/digest.ts';
import {digestFile, type FileDigest} from './digest-file.ts';
import {digestFiles} from './digest-files.ts';

/** Remembers the digests of files that have not changed, from one build to the next. */
export interface StatCache {
	/** The digest of the file at `path`, which is read only if its `fileState` is not the one it was read in before. */
	digestOf(path: string, state: string, signal?: AbortSignal): Promise<Digest>;
	/** Reads those of many files that are not known in the state that goes with them, so that `digestOf` need not. */
	readAhead(files: readonly SeenFile[], signal?: AbortSignal): Promise<void>;
	/** Writes what was learned, in one rename. A cache that cannot be written is none, and no error. */
	save(): void;
}

/** A file and how it was seen. */
export interface SeenFile {
	readonly path: string;
	readonly state: string;
	readonly size: number;
}

type Entries = Readonly<Record<string, readonly [state: string, digest: string]>>;

const version = 1;

/** What it takes to open a file, and to start a thread, in bytes that could be hashed meanwhile. */
const costOfFile = 64 * 1024;
const costOfThread = 128 * 1024 * 1024;

/** Entries of files that this build did not ask for are kept up to this number, so that a cache cannot grow for ever. */
const mostUnused = 200_000;

/** Opens the cache in `file`; it is read at the first question. What cannot be read is forgotten. */
export function statCache(file: string): StatCache {
	const used = new Map<string, readonly [string, Digest]>();
	/** What was read ahead and not asked for yet. */
	const ahead = new Map<string, FileDigest>();
	let reading: Promise<unknown> = Promise.resolve();
	let kept: Entries | undefined;
	let isChanged = false;

	function find(path: string, state: string): Digest | undefined {
		kept ??= load(file);
		const known = used.get(path) ?? kept[path];
		return known?.[0] === state ? parseDigest(known[1]) : undefined;
	}

	async function digestOf(path: string, state: string, signal?: AbortSignal): Promise<Digest> {
		const digest = find(path, state);
		if (digest === undefined) return learn(path, signal);
		used.set(path, [state, digest]);
		return digest;
	}

	async function learn(path: string, signal: AbortSignal | undefined): Promise<Digest> {
		const read = ahead.get(path) ?? (await digestFile(path, signal));
		ahead.delete(path);
		if (read.lasts) {
			used.set(path, [read.state, read.digest]);
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
		const unknown = files.filter(({path, state}) => !ahead.has(path) && find(path, state) === undefined);
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

	return {digestOf, readAhead, save};
}

function load(file: string): Entries {
	try {
		const content: {version?: unknown; entries?: Entries} = JSON.parse(readFileSync(file, 'utf8'));
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
