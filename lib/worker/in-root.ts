import {lstatSync, mkdirSync, readFileSync, readlinkSync, type Stats} from 'node:fs';
import {dirname, join, normalize} from 'node:path';
import {StepError} from '../errors.ts';

/** As many links as the kernel follows in one path. */
const mostLinks = 40;

/**
 * Where `path` leads inside `root`, as a path relative to it: links are followed as a process that has `root` for its
 * `/` would, so the answer never lies outside. What is not there is taken literally. Only for trees at rest.
 */
export function resolveInRoot(root: string, path: string): string {
	const pending = parts(path);
	let at: string[] = [];
	let links = 0;
	for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
		const next = part === '..' ? at.slice(0, -1) : [...at, part];
		const stat = part === '..' ? undefined : statInside(root, next.join('/'));
		if (!stat?.isSymbolicLink()) {
			at = next;
			continue;
		}
		if (++links > mostLinks) throw new StepError('LINK_LOOP', `${path} is a loop of links in the image`);
		const target = readlinkSync(join(root, ...next));
		if (target.startsWith('/')) at = [];
		pending.unshift(...parts(target));
	}
	return at.join('/');
}

/** The text of a regular file inside `root`; `''` if it is none or not there. */
export function readInRoot(root: string, path: string): string {
	const at = resolveInRoot(root, path);
	return statInside(root, at)?.isFile() ? readFileSync(join(root, at), 'utf8') : '';
}

/** What lies at an already resolved path: no link of it is followed. Nothing lies below a file. */
export function statInside(root: string, resolved: string): Stats | undefined {
	try {
		return lstatSync(join(root, resolved), {throwIfNoEntry: false});
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
		throw error;
	}
}

/** The missing directories on the way to an already resolved path, the highest first, and the path itself if it is missing. */
export function missingOnTheWay(root: string, resolved: string): string[] {
	const missing: string[] = [];
	for (let at = normalize(resolved); at !== '.' && at !== ''; at = dirname(at)) {
		if (statInside(root, at)) break;
		missing.unshift(at);
	}
	return missing;
}

/** Makes a directory inside `root` with all its parents, as the runtimes make a missing working directory. */
export function makeInRoot(root: string, path: string): void {
	const at = resolveInRoot(root, path);
	const missing = missingOnTheWay(root, at);
	const there = missing[0] === undefined ? at : dirname(missing[0]);
	if (!statInside(root, there)?.isDirectory()) {
		throw new StepError('WORKDIR_FILE', `the working directory ${path} is a file in the image`);
	}
	for (const part of missing) mkdirSync(join(root, part), {mode: 0o755});
}

function parts(path: string): string[] {
	return path.split('/').filter(part => part !== '' && part !== '.');
}
