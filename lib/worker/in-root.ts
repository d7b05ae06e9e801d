import {chownSync, lstatSync, mkdirSync, readFileSync, readlinkSync, type Stats} from 'node:fs';
import {dirname, join, normalize} from 'node:path';
import {StepError} from '../errors.ts';
import type {Owner} from '../oci/passwd.ts';

/** As many links as the kernel follows in one path. */
const mostLinks = 40;

/**
 * Where `path` leads inside `root`, as a path relative to it: links are followed as a process that has `root` for its
 * `/` would, so the answer never lies outside. What is not there is taken literally. Only for trees at rest.
 */
export function resolveInRoot(root: string, path: string): string {
	return followLinks(path, at => join(root, at));
}

/** As `resolveInRoot`, for a root whose files lie where `place` says; undefined where none lie yet. */
export function followLinks(path: string, place: (at: string) => string | undefined): string {
	const pending = parts(path);
	let at: string[] = [];
	let links = 0;
	for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
		const next = part === '..' ? at.slice(0, -1) : [...at, part];
		const target = part === '..' ? undefined : linkAt(place(next.join('/')));
		if (target === undefined) {
			at = next;
			continue;
		}
		if (++links > mostLinks)
			throw new StepError('LINK_LOOP', `${path} is a loop of links in the image`, {
				help: ['put something else there in a step above'],
			});
		if (target.startsWith('/')) at = [];
		pending.unshift(...parts(target));
	}
	return at.join('/');
}

function linkAt(place: string | undefined): string | undefined {
	return place !== undefined && statOf(place)?.isSymbolicLink() ? readlinkSync(place) : undefined;
}

/** More than any list of accounts has; what is larger was made to fill our memory. */
const largestText = 16 * 2 ** 20;

/** The text of a regular file inside `root`; `''` if it is none, is not there, or cannot be found. A file too large for a text is an error. */
export function readInRoot(root: string, path: string): string {
	const at = resolvable(root, path);
	const stat = at === undefined ? undefined : statInside(root, at);
	if (at === undefined || !stat?.isFile()) return '';
	if (stat.size <= largestText) return readFileSync(join(root, at), 'utf8');
	throw new StepError('TOO_LARGE', `${path} of the image has ${stat.size} bytes: no more than ${largestText} are read`);
}

function resolvable(root: string, path: string): string | undefined {
	try {
		return resolveInRoot(root, path);
	} catch (error) {
		if (error instanceof StepError) return undefined;
		throw error;
	}
}

/** What lies at an already resolved path: no link of it is followed. Nothing lies below a file. */
export function statInside(root: string, resolved: string): Stats | undefined {
	return statOf(join(root, resolved));
}

function statOf(path: string): Stats | undefined {
	try {
		return lstatSync(path, {throwIfNoEntry: false});
	} catch (error) {
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
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

/** Makes a directory inside `root` with all its parents, as BuildKit makes a missing working directory: what is made is `owner`'s (SURFACE RUN-13). */
export function makeInRoot(root: string, path: string, owner: Owner): void {
	const at = resolveInRoot(root, path);
	const missing = missingOnTheWay(root, at);
	const there = missing[0] === undefined ? at : dirname(missing[0]);
	if (!statInside(root, there)?.isDirectory()) {
		throw new StepError('WORKDIR_FILE', `the working directory ${path} is a file in the image`, {
			help: ['another WORKDIR above it'],
		});
	}
	for (const part of missing) {
		mkdirSync(join(root, part), {mode: 0o755});
		chownSync(join(root, part), owner.uid, owner.gid);
	}
}

function parts(path: string): string[] {
	return path.split('/').filter(part => part !== '' && part !== '.');
}
