import {accessSync, constants, createReadStream, createWriteStream, openSync, rmSync, statSync} from 'node:fs';
import {pipeline} from 'node:stream/promises';
import type {Bytes} from '../bytes.ts';
import {UsageError} from '../errors.ts';
import {type LoadedImage, loadArchive} from '../import/load.ts';
import {storeFailure} from '../store/failure.ts';
import type {Store} from '../store/store.ts';
import type {CatalogOptions} from './catalog.ts';
import {withStore} from './open.ts';

export type {LoadedImage} from '../import/load.ts';

export interface LoadOptions extends CatalogOptions {
	/** Stops it, and nothing is kept. */
	readonly signal?: AbortSignal;
}

/** Puts the images of an archive into the store: `source` is a file, its content, or the folder of an OCI layout. */
export function loadImages(source: string | Bytes, options: LoadOptions = {}): Promise<readonly LoadedImage[]> {
	const {signal} = options;
	return withStore(options, store => {
		if (typeof source === 'string' && isFolder(source)) return loadArchive(source, source, store, signal);
		return withFile(source, {store, stdin: '-i -', signal}, (path, name) => loadArchive(path, name, store, signal));
	});
}

function isFolder(path: string): boolean {
	try {
		if (!statSync(path).isDirectory()) return false;
		accessSync(path, constants.R_OK | constants.X_OK);
		return true;
	} catch {
		// `withFile` says of what cannot be read why
		return false;
	}
}

/** Where content is put that is in no file, and how a person says that it comes from stdin, where it can. */
export interface Reading {
	readonly store: Store;
	readonly stdin?: string;
	readonly signal?: AbortSignal | undefined;
}

/** Content as a file for as long as `use` needs it: what is no file, such as a pipe, is read into one. `name` is what people know it by. */
export async function withFile<T>(
	source: string | Bytes,
	{store, stdin, signal}: Reading,
	use: (path: string, name: string) => Promise<T>,
): Promise<T> {
	const name = typeof source === 'string' ? source : 'stdin';
	if (typeof source === 'string' && isFile(source, stdin)) return use(source, name);
	const content = typeof source === 'string' ? createReadStream(source) : source;
	const path = store.temporary();
	// at once: a stream that is stopped early would open it when it has been removed
	const fd = openSync(path, 'wx', 0o600);
	try {
		await pipeline(content, createWriteStream('', {fd}), signal ? {signal} : {}).catch(error => {
			signal?.throwIfAborted();
			throw storeFailure(error, {root: store.root, doing: `reading ${name}`});
		});
		return await use(path, name);
	} finally {
		rmSync(path, {force: true});
	}
}

/** Whether a path is that of an ordinary file; throws a UsageError if it cannot be read. */
function isFile(path: string, stdin: string | undefined): boolean {
	try {
		accessSync(path, constants.R_OK);
		const stats = statSync(path);
		if (!stats.isDirectory()) return stats.isFile();
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		throw unreadable(path, code === 'EACCES' ? 'permission denied' : 'it is not there', {stdin, cause: error});
	}
	throw unreadable(path, 'it is a folder', {stdin});
}

function unreadable(
	path: string,
	state: string,
	{stdin, cause}: {readonly stdin: string | undefined; readonly cause?: unknown},
): UsageError {
	const help = stdin === undefined ? [] : [`or from stdin: ${stdin}`];
	return new UsageError('UNREADABLE', `cannot read ${path}: ${state}`, {cause, help});
}
