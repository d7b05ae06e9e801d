import {mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {type Digest, parseDigest} from '../oci/digest.ts';
import {digestFile} from './digest-file.ts';
import {fileState} from './file-state.ts';

/** Remembers the digests of files that have not changed, from one build to the next. */
export interface StatCache {
	/** The digest of the file at `path`, which is read only if its `fileState` is not the one it was read in before. */
	digestOf(path: string, state: string, signal?: AbortSignal): Promise<Digest>;
	/** Writes what was learned, in one rename. A cache that cannot be written is none, and no error. */
	save(): void;
}

type Entries = Readonly<Record<string, readonly [state: string, digest: string]>>;

const version = 1;

/** Entries of files that this build did not ask for are kept up to this number, so that a cache cannot grow for ever. */
const mostUnused = 50_000;

/**
 * git's racy-clean rule (https://git-scm.com/docs/racy-git): a file may be written once more within the same tick of its clock, which no
 * timestamp shows. So what was changed so shortly before it was read is not remembered (W-33). Two seconds are the coarsest clock
 * of a filesystem.
 */
const racyNanoseconds = 2_000_000_000n;

/** Opens the cache in `file`; it is read at the first question. What cannot be read is forgotten. */
export function statCache(file: string): StatCache {
	const used = new Map<string, readonly [string, Digest]>();
	let kept: Entries | undefined;
	let isChanged = false;

	async function digestOf(path: string, state: string, signal?: AbortSignal): Promise<Digest> {
		kept ??= load(file);
		const known = used.get(path) ?? kept[path];
		const digest = known?.[0] === state ? parseDigest(known[1]) : undefined;
		if (digest === undefined) return learn(path, signal);
		used.set(path, [state, digest]);
		return digest;
	}

	async function learn(path: string, signal: AbortSignal | undefined): Promise<Digest> {
		const readAt = BigInt(Date.now()) * 1_000_000n;
		const {digest, stat, steady} = await digestFile(path, signal);
		const isOld = [stat.mtimeNs, stat.ctimeNs].every(time => time + racyNanoseconds < readAt);
		if (steady && isOld) {
			used.set(path, [fileState(stat), digest]);
			isChanged = true;
		}
		return digest;
	}

	function save(): void {
		if (!isChanged) return;
		const unused = Object.entries(kept ?? {}).filter(([path]) => !used.has(path));
		const entries = [...(unused.length > mostUnused ? [] : unused), ...used];
		write(file, JSON.stringify({version, entries: Object.fromEntries(entries)}));
		isChanged = false;
	}

	return {digestOf, save};
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
