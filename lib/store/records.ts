import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {forStore} from './failure.ts';
import {replaceFile} from './replace.ts';
import type {Records} from './store.ts';

const extension = '.json';

/** The records below `folder`, a folder of the store at `root`. It is made with the first of them. */
export function fileRecords<T>(folder: string, {root, temporary}: {root: string; temporary: () => string}): Records<T> {
	const pathOf = (key: string) => join(folder, `${checked(key)}${extension}`);
	return {
		pathOf,
		get: key => forStore({root, doing: 'reading a record'}, () => read<T>(pathOf(key))),
		put: (key, value, mode = 0o644) =>
			forStore({root, doing: 'writing a record'}, () => {
				const path = pathOf(key);
				mkdirSync(dirname(path), {recursive: true});
				replaceFile(JSON.stringify(value), {temporary: temporary(), path, mode});
			}),
		adopt: (key, file) =>
			forStore({root, doing: 'writing a record'}, () => {
				const path = pathOf(key);
				mkdirSync(dirname(path), {recursive: true});
				renameSync(file, path);
			}),
		delete: key => forStore({root, doing: 'removing a record'}, () => rmSync(pathOf(key), {force: true})),
		keys: (prefix = '') => forStore({root, doing: 'listing records'}, () => keysBelow(folder, prefix)),
	};
}

/** What cannot be read as JSON counts as absent: records are a cache of what can be found out again. */
function read<T>(path: string): T | undefined {
	try {
		return JSON.parse(readFileSync(path, 'utf8')) as T;
	} catch (error) {
		if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
}

function keysBelow(folder: string, prefix: string): readonly string[] {
	const start = join(folder, prefix.slice(0, prefix.lastIndexOf('/') + 1));
	return filesBelow(start)
		.map(path => relative(folder, path))
		.filter(path => path.endsWith(extension) && path.startsWith(prefix))
		.map(path => path.slice(0, -extension.length));
}

function filesBelow(folder: string): string[] {
	try {
		const entries = readdirSync(folder, {withFileTypes: true, recursive: true});
		return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
}

/** A key is a path without ways out of its folder. */
function checked(key: string): string {
	const parts = key.split('/');
	if (parts.some(part => part === '' || part === '.' || part === '..' || part.includes('\0'))) {
		throw new TypeError(`${JSON.stringify(key)} cannot be the key of a record`);
	}
	return key;
}
