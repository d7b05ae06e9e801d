import {readFileSync, statSync} from 'node:fs';
import {join, posix, relative} from 'node:path';
import {UsageError} from '../errors.ts';
import type {Pattern} from '../tree/patterns.ts';
import {leadsOutside} from './inside.ts';

/** The patterns that leave files of a context out, and where they stand. */
export interface IgnoreFile {
	/** As people know it: relative to the context, if it lies there. */
	readonly name: string;
	readonly patterns: readonly Pattern[];
}

/** podman's name comes after docker's. */
const suffixes = ['.dockerignore', '.containerignore'];

/**
 * The ignore file of a context folder, if it has one: that of the Dockerfile (`Dockerfile.dockerignore`) before that of the folder; never
 * both (IGN-1). `dockerfile` is a path of this machine.
 */
export function readIgnoreFile(folder: string, dockerfile?: string): IgnoreFile | undefined {
	const own = dockerfile === undefined ? [] : suffixes.map(suffix => `${dockerfile}${suffix}`);
	for (const path of [...own, ...suffixes.map(suffix => join(folder, suffix))]) {
		const text = readIfThere(path, folder);
		if (text !== undefined) return {name: nameFor(path, folder), patterns: parseIgnoreFile(text)};
	}
	return undefined;
}

/** The ignore file at `path`, wherever it lies, in place of those that a context has. */
export function readGivenIgnoreFile(path: string): IgnoreFile {
	try {
		return {name: path, patterns: parseIgnoreFile(readFileSync(path, 'utf8'))};
	} catch (error) {
		throw new UsageError('IGNORE_FILE', `cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`, {
			cause: error,
			help: ['its path counts from where you stand: --ignorefile FILE'],
		});
	}
}

/** The patterns of an ignore file with the numbers of their lines (IGN-2). https://docs.docker.com/build/concepts/context/#syntax */
export function parseIgnoreFile(text: string): Pattern[] {
	const lines = text.replace(/^\ufeff/, '').split('\n');
	return lines.flatMap((line, index) => {
		const pattern = line.startsWith('#') ? '' : cleanLine(line.trim());
		return pattern === '' ? [] : [{text: pattern, line: index + 1}];
	});
}

/** A leading slash means the context, as all else does. */
function cleanLine(line: string): string {
	const isNegated = line.startsWith('!');
	const written = isNegated ? line.slice(1).trim() : line;
	const pattern = written === '' ? '' : posix.normalize(written).replace(/^\/(?=.)/, '');
	return isNegated ? `!${pattern}` : pattern;
}

function readIfThere(path: string, folder: string): string | undefined {
	try {
		if (!statSync(path).isFile())
			throw new UsageError('IGNORE_FILE', `${nameFor(path, folder)} is no file`, {
				help: ['put a file in its place, or remove it'],
			});
		if (leadsOutside(folder, path) !== undefined) {
			throw new UsageError('IGNORE_FILE', `${nameFor(path, folder)} is a link that leads out of the context`, {
				help: ['put what it leads to in its place'],
			});
		}
		return readFileSync(path, 'utf8');
	} catch (error) {
		if (error instanceof UsageError) throw error;
		const {code} = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		throw new UsageError('IGNORE_FILE', `cannot read ${path}: ${code}`, {cause: error});
	}
}

function nameFor(path: string, folder: string): string {
	const name = relative(folder, path);
	return name.startsWith('..') ? path : name;
}
