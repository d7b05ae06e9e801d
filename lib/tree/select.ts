import type {Entry} from './entry.ts';
import {MissingSourceError} from './errors.ts';
import {expandWildcard, hasWildcard} from './glob.ts';
import {cleanPath, joinPath, nameOf} from './paths.ts';
import {compilePatterns, type PatternMatcher} from './patterns.ts';
import {resolvePath} from './resolve.ts';
import type {Selection, Source} from './selection.ts';
import type {Tree} from './tree.ts';

/** Of a COPY or ADD, what says which files are meant; values as expanded. */
export interface SourceRequest {
	readonly paths: readonly string[];
	/** Heredocs. */
	readonly files?: readonly {readonly name: string; readonly content: string; readonly mode: number}[];
	readonly exclude?: readonly string[];
	readonly parents?: boolean;
	/** No character of a path is a wildcard. */
	readonly literal?: boolean;
}

/** What is found for one path of the request; no sources if it is a pattern that matches nothing. */
type Finder = (tree: Tree, path: string, exclude: PatternMatcher) => Source[];

/**
 * Finds the sources of a COPY or ADD in a tree: SURFACE CPY-2, CPY-9, CPY-12 to CPY-15, PAR-13. Throws MissingSourceError for a path that is not
 * there. A pattern may match nothing, even if nothing else was asked for, as in BuildKit.
 */
export function selectSources(tree: Tree, request: SourceRequest): Selection {
	const exclude = compilePatterns((request.exclude ?? []).map(text => ({text})));
	const find = finder(request);
	const found = request.paths.map(path => ({path, sources: find(tree, path, exclude)}));
	const unmatched = found.flatMap(({path, sources}) => (sources.length === 0 ? [path] : []));
	const heredocs = (request.files ?? []).map(heredocSource);
	return {sources: [...found.flatMap(({sources}) => sources), ...heredocs], unmatched};
}

function finder({parents, literal}: SourceRequest): Finder {
	if (parents) return findWithParents;
	return literal ? findNamed : findPlain;
}

function findNamed(tree: Tree, named: string, exclude: PatternMatcher): Source[] {
	return [sourceAt(tree, cleanPath(named), {named, exclude})];
}

function findPlain(tree: Tree, named: string, exclude: PatternMatcher): Source[] {
	return expand(tree, named).map(path => sourceAt(tree, path, {named, exclude}));
}

/** A name with wildcards as the paths that match it; a malformed pattern can only be a name. */
function expand(tree: Tree, named: string): readonly string[] {
	const path = cleanPath(named);
	if (!hasWildcard(path)) return [path];
	const matches = expandWildcard(tree, path);
	if (matches) return matches;
	if (tree.stat(path)) return [path];
	throw new MissingSourceError(named);
}

function sourceAt(tree: Tree, path: string, {named, exclude}: {named: string; exclude: PatternMatcher}): Source {
	const resolved = resolvePath(tree, path);
	const entry = typeof resolved === 'string' ? tree.stat(resolved) : undefined;
	if (!entry) throw new MissingSourceError(named);
	if (entry.type === 'directory') return {kind: 'directory', path, entries: collect(tree, entry.path, unless(exclude))};
	const name = nameOf(path);
	return {kind: 'file', path, entries: exclude.judge(name).matched ? [] : [{...entry, path: name}]};
}

/** `--parents`: a path keeps its directories, from its `/./` on if it has one. */
function findWithParents(tree: Tree, named: string, exclude: PatternMatcher): Source[] {
	const pivot = named.indexOf('/./');
	const path = cleanPath(pivot < 0 ? named : named.slice(pivot + 3));
	const bases = pivot < 0 ? [''] : expand(tree, named.slice(0, pivot));
	const chosen = both(matching(path), unless(exclude));
	const sources = bases.flatMap(base => {
		const directory = resolvePath(tree, base);
		const entries = typeof directory === 'string' ? collect(tree, directory, chosen) : [];
		return entries.length > 0 ? [{kind: 'parents' as const, path: base, entries}] : [];
	});
	if (sources.length === 0 && !hasWildcard(cleanPath(named)) && !isThere(tree, named))
		throw new MissingSourceError(named);
	return sources;
}

function isThere(tree: Tree, path: string): boolean {
	const resolved = resolvePath(tree, cleanPath(path));
	return typeof resolved === 'string' && tree.stat(resolved) !== undefined;
}

/** Which paths of a directory are wanted. */
interface Filter {
	wants(path: string): boolean;
	/** Whether it is worth looking into a directory that is not wanted itself. */
	mayWantBelow(directory: string): boolean;
}

function unless(exclude: PatternMatcher): Filter {
	return {wants: path => !exclude.judge(path).matched, mayWantBelow: exclude.mayDifferBelow};
}

/** What a pattern of `--parents` matches, and all that lies below it. */
function matching(pattern: string): Filter {
	if (pattern === '') return {wants: () => true, mayWantBelow: () => true};
	const include = compilePatterns([{text: pattern}]);
	return {wants: path => include.judge(path).matched, mayWantBelow: include.mayDifferBelow};
}

function both(one: Filter, other: Filter): Filter {
	const isOpen = (filter: Filter, path: string) => filter.wants(path) || filter.mayWantBelow(path);
	return {
		wants: path => one.wants(path) && other.wants(path),
		mayWantBelow: path => isOpen(one, path) && isOpen(other, path),
	};
}

/** What is wanted below a directory, in the order of a walk. Directories on the way to what is wanted are part of it. */
function collect(tree: Tree, root: string, filter: Filter): Entry[] {
	const found: Entry[] = [];

	function visit(directory: string): void {
		for (const name of tree.list(joinPath(root, directory))) {
			const path = joinPath(directory, name);
			const entry = tree.stat(joinPath(root, path));
			if (entry) take({...entry, path});
		}
	}

	function take(entry: Entry): void {
		const isWanted = filter.wants(entry.path);
		if (entry.type !== 'directory') {
			if (isWanted) found.push(entry);
			return;
		}
		const before = found.push(entry);
		if (isWanted || filter.mayWantBelow(entry.path)) visit(entry.path);
		if (!isWanted && found.length === before) found.pop();
	}

	visit('');
	return found;
}

function heredocSource({name, content, mode}: {name: string; content: string; mode: number}): Source {
	const data = Buffer.from(content);
	const entry: Entry = {
		...{path: name, type: 'file', mode, uid: 0, gid: 0, size: data.length, mtime: 0},
		content: {from: 'bytes', data},
	};
	return {kind: 'heredoc', path: name, entries: [entry]};
}
