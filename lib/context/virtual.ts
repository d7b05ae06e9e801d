import {chmodSync, closeSync, mkdirSync, openSync} from 'node:fs';
import {join} from 'node:path';
import {writeAll} from '../bytes.ts';
import {cleanPath, parentOf} from '../tree/paths.ts';

/** A file of a context that is on no disk. */
export type VirtualFile = VirtualContent | {readonly data: VirtualContent; readonly mode?: number};
export type VirtualContent = string | Uint8Array | (() => AsyncIterable<Uint8Array>);

/**
 * Writes files by their path in the context into an empty folder. Modes are what they are said to be (0644 if nothing is said, 0755 for folders),
 * whatever the umask. Throws a TypeError for a path that leaves the folder, or is a folder for another.
 */
export async function writeVirtualContext(
	files: Readonly<Record<string, VirtualFile>>,
	folder: string,
	signal?: AbortSignal,
): Promise<void> {
	const paths = checkedPaths(files);
	for (const [name, file] of Object.entries(files)) {
		signal?.throwIfAborted();
		const path = paths.get(name) ?? name;
		for (const directory of parentsOf(path).reverse()) makeDirectory(join(folder, directory));
		await writeFile(join(folder, path), file, signal);
	}
}

/** Where each file goes. Throws a TypeError for one that cannot be written. */
export function checkedPaths(files: Readonly<Record<string, VirtualFile>>): ReadonlyMap<string, string> {
	const paths = new Map(Object.keys(files).map(name => [name, checkedPath(name)]));
	const folders = new Set([...paths.values()].flatMap(parentsOf));
	for (const [name, path] of paths) {
		if (folders.has(path)) throw refused(name, 'it is also a folder');
	}
	return paths;
}

function checkedPath(name: string): string {
	const path = cleanPath(name);
	if (path === '' || name.startsWith('/') || name.split('/').includes('..'))
		throw refused(name, 'it is no path below the context');
	if (name.includes('\0')) throw refused(name, 'it has a zero byte');
	return path;
}

/** From the one that holds `path` upwards. */
function parentsOf(path: string): string[] {
	const parent = parentOf(path);
	return parent === '' ? [] : [parent, ...parentsOf(parent)];
}

function makeDirectory(path: string): void {
	if (mkdirSync(path, {recursive: true}) !== undefined) chmodSync(path, 0o755);
}

async function writeFile(path: string, file: VirtualFile, signal: AbortSignal | undefined): Promise<void> {
	const {data, mode = 0o644} = typeof file === 'object' && 'data' in file ? file : {data: file};
	const fd = openSync(path, 'wx');
	try {
		for await (const chunk of chunksOf(data)) {
			signal?.throwIfAborted();
			writeAll(fd, chunk);
		}
	} finally {
		closeSync(fd);
	}
	chmodSync(path, mode & 0o7777);
}

async function* chunksOf(data: VirtualContent): AsyncGenerator<Uint8Array> {
	if (typeof data === 'function') yield* data();
	else yield typeof data === 'string' ? Buffer.from(data) : data;
}

function refused(name: string, why: string): TypeError {
	return new TypeError(`context.files: ${JSON.stringify(name)} cannot be written: ${why}`);
}
