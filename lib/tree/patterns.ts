import {posix} from 'node:path';
import {DockerfileError} from '../errors.ts';
import {compileGlob} from './glob.ts';
import {parentOf} from './paths.ts';

/** A pattern as written, and the line it stands on, if it stands in a file. */
export interface Pattern {
	readonly text: string;
	readonly line?: number;
}

/** One pattern, ready to be asked. */
export interface Rule extends Pattern {
	/** Begins with `!`: takes back what patterns before it said. */
	readonly negated: boolean;
	readonly glob: RegExp;
	/** One expression for each directory level, as far as the levels are known. */
	readonly levels: readonly RegExp[];
	/** Whether what follows `levels` may match at any depth. */
	readonly anyDepth: boolean;
}

/** What the patterns say about one path. */
export interface Verdict {
	readonly matched: boolean;
	/** The last rule that said something. */
	readonly rule?: Rule;
}

/** A list of patterns with moby's meaning: https://docs.docker.com/build/concepts/context/#dockerignore-files */
export interface PatternMatcher {
	/** Whether `path` is matched: the last rule that matches it, or a directory above it, decides. */
	judge(path: string): Verdict;
	/** Whether some path below `directory` may be judged otherwise than `directory` itself. Never false wrongly. */
	mayDifferBelow(directory: string): boolean;
}

/** Compiles patterns of a .dockerignore (`file` names it in errors) or of `--exclude`. Throws for one that is malformed. */
export function compilePatterns(patterns: readonly Pattern[], file?: string): PatternMatcher {
	const rules = patterns.flatMap(pattern => compileRule(pattern, file) ?? []);
	if (rules.length === 0) return matchesNothing;
	/** For each directory asked about, which rules match it or a directory above it. */
	const known = new Map<string, readonly boolean[]>();

	/**
	 * A rule that matches a directory matches all below it. One that could not change the verdict is not asked, as moby's walk does not: `!a`
	 * below `a/b` says nothing of `a/b`, for nothing was matched when it was asked of `a`.
	 */
	function matches(path: string): readonly boolean[] {
		const above = path.includes('/') ? matchesOfDirectory(parentOf(path)) : undefined;
		let matched = false;
		return rules.map((rule, index) => {
			const isMatch = above?.[index] === true || (rule.negated === matched && rule.glob.test(path));
			if (isMatch) matched = !rule.negated;
			return isMatch;
		});
	}

	function matchesOfDirectory(directory: string): readonly boolean[] {
		let answer = known.get(directory);
		if (!answer) {
			answer = matches(directory);
			known.set(directory, answer);
		}
		return answer;
	}

	function judge(path: string): Verdict {
		const rule = rules[matches(path).lastIndexOf(true)];
		return rule ? {matched: !rule.negated, rule} : {matched: false};
	}

	function mayDifferBelow(directory: string): boolean {
		const {matched} = judge(directory);
		return rules.some(rule => rule.negated === matched && mayMatchBelow(rule, directory));
	}

	return {judge, mayDifferBelow};
}

const unmatched: Verdict = {matched: false};
const matchesNothing: PatternMatcher = {judge: () => unmatched, mayDifferBelow: () => false};

/** Undefined for a pattern that says nothing. */
function compileRule({text, line}: Pattern, file?: string): Rule | undefined {
	const trimmed = text.trim();
	if (trimmed === '') return undefined;
	const cleaned = cleanPattern(trimmed);
	const negated = cleaned.startsWith('!');
	const glob = cleaned === '!' ? undefined : compileGlob(negated ? cleaned.slice(1) : cleaned, {doubleStar: true});
	if (!glob || !isWellFormed(cleaned)) throw malformed({text: trimmed, ...(line !== undefined && {line})}, file);
	return {
		text: trimmed,
		negated,
		glob,
		...levelsOf(negated ? cleaned.slice(1) : cleaned),
		...(line !== undefined && {line}),
	};
}

/** Go's filepath.Clean. */
function cleanPattern(text: string): string {
	const normal = posix.normalize(text);
	return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal;
}

/** moby has a pattern checked by filepath.Match, for which `**` is two stars. */
function isWellFormed(pattern: string): boolean {
	return compileGlob(pattern) !== undefined;
}

function levelsOf(pattern: string): Pick<Rule, 'levels' | 'anyDepth'> {
	const levels: RegExp[] = [];
	for (const name of pattern.split('/')) {
		// a class may match a slash, as in Go
		const glob = /\*\*|\[/.test(name) ? undefined : compileGlob(name);
		if (!glob) return {levels, anyDepth: true};
		levels.push(glob);
	}
	return {levels, anyDepth: false};
}

function mayMatchBelow({levels, anyDepth}: Rule, directory: string): boolean {
	const names = directory === '' ? [] : directory.split('/');
	if (!anyDepth && names.length >= levels.length) return false;
	return names.every((name, index) => levels[index]?.test(name) ?? true);
}

function malformed({text, line}: Pattern, file?: string): DockerfileError {
	return new DockerfileError(
		'BAD_PATTERN',
		`cannot read the pattern ${text}${file === undefined ? '' : ` in ${file}`}`,
		{
			...(file !== undefined && line !== undefined && {location: {file, start: line, end: line}}),
			help: ['[ opens a class that ] closes; a backslash before [ makes it an ordinary character'],
		},
	);
}
