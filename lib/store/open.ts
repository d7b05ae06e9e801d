import {createHash, randomBytes} from 'node:crypto';
import {existsSync, mkdirSync, readdirSync, readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {StoreError, UsageError} from '../errors.ts';
import {emptyIndex, layoutVersion} from '../oci/layout.ts';
import {blobStore} from './blobs.ts';
import {forStore} from './failure.ts';
import {lockStore} from './guard.ts';
import {indexedImages} from './images.ts';
import {lockFile, tryLockFile} from './locks.ts';
import {fileRecords} from './records.ts';
import {createFile} from './replace.ts';
import type {Store} from './store.ts';

/** The format of the store that this strata writes. A change that older ones would misread gets the next number. */
const format = 1;

/** What a store has in its root besides records and what others keep there. */
const folders = ['blobs/sha256', 'tmp', 'locks'] as const;

export interface OpenOptions {
	readonly signal?: AbortSignal;
	/** Whose death makes what is unfinished garbage. Default: this process; in a process namespace, the one outside that it works for. */
	readonly pid?: number;
}

/**
 * Opens the store at `root`, made if it is not there. Until it is disposed of, nobody prunes it; whatever lies in it
 * can be used by any number of processes at once.
 */
export async function openStore(root: string, {pid = process.pid, ...options}: OpenOptions = {}): Promise<Store> {
	const path = resolve(root);
	checkName(path);
	const deed = {root: path, doing: 'opening it'};
	forStore(deed, () => mkdirSync(path, {recursive: true}));
	checkContent(path);
	const guard = await lockStore(path, {mode: 'shared', ...options});
	try {
		checkFormat(path);
		forStore(deed, () => furnish(path));
		return assemble(path, {guard, pid});
	} catch (error) {
		await guard[Symbol.asyncDispose]();
		throw error;
	}
}

function assemble(root: string, {guard, pid}: {guard: AsyncDisposable; pid: number}): Store {
	const temporary = () => temporaryIn(root, pid);
	const lockPath = (key: string) => join(root, 'locks', createHash('sha256').update(key).digest('hex').slice(0, 32));
	const lock: Store['lock'] = (key, options) => lockFile(lockPath(key), options);
	return {
		root,
		temporary,
		lock,
		tryLock: (key, mode) => tryLockFile(lockPath(key), mode),
		blobs: blobStore(root, temporary),
		images: indexedImages({root, temporary, lock}),
		records: kind => fileRecords(join(root, kind), {root, temporary}),
		[Symbol.asyncDispose]: () => guard[Symbol.asyncDispose](),
	};
}

function temporaryIn(root: string, pid = process.pid): string {
	return join(root, 'tmp', `${pid}-${randomBytes(8).toString('hex')}`);
}

/** In `oci:PATH:NAME`, by which other tools name an image of the store, the path ends at its first colon. */
function checkName(root: string): void {
	if (!root.includes(':')) return;
	throw new UsageError('ROOT_NAME', `the store cannot lie in ${root}: its path has a colon`, {
		notes: ['podman and skopeo name its images oci:PATH:NAME, where a colon ends the path'],
		help: ['another place for it: --root DIR'],
	});
}

/** A folder with other things in it is no place for a store: prune deletes what it does not know. */
function checkContent(root: string): void {
	if (existsSync(join(root, 'oci-layout'))) return;
	const ours = new Set(['blobs', 'tmp', 'locks', 'lock', 'format', 'index.json', 'lost+found']);
	const other = forStore({root, doing: 'opening it'}, () => readdirSync(root)).find(name => !ours.has(name));
	if (other === undefined || existsSync(join(root, 'oci-layout'))) return;
	throw new UsageError('ROOT_NOT_EMPTY', `${root} is not a store, and not empty`, {
		notes: [`it has ${other}`],
		help: ['an empty or a new folder: --root DIR'],
	});
}

function checkFormat(root: string): void {
	const path = join(root, 'format');
	if (!existsSync(path)) return;
	const text = readFileSync(path, 'utf8').trim();
	if (/^\d+$/.test(text) && Number(text) <= format) return;
	throw new StoreError('STORE_FORMAT', `the store has format ${text}, this strata knows formats up to ${format}`, {
		notes: [`it is in ${root}`],
		help: ['upgrade strata, or use another store: --root DIR'],
	});
}

/** Makes what is missing. Others may be doing the same: nothing that is there is touched. */
function furnish(root: string): void {
	for (const folder of folders) mkdirSync(join(root, folder), {recursive: true});
	const files = {
		'index.json': `${JSON.stringify(emptyIndex, undefined, '\t')}\n`,
		format: `${format}\n`,
		'oci-layout': JSON.stringify(layoutVersion),
	};
	for (const [name, content] of Object.entries(files)) {
		const path = join(root, name);
		if (!existsSync(path)) createFile(content, {temporary: temporaryIn(root), path, mode: 0o644});
	}
}
