import {DockerfileError} from '../errors.ts';

/** A git repository as docker writes it, and what is wanted of it (SURFACE ADD-4). */
export interface GitSource {
	/** For git itself, without what follows. */
	readonly remote: string;
	/** A branch, a tag, a full ref or a whole commit; undefined: what HEAD of the repository is. */
	readonly ref?: string;
	/** The commit that it must be, or the beginning of its name. */
	readonly commit?: string;
	/** Relative to the root of the repository. */
	readonly subdir?: string;
	readonly keepGitDir?: boolean;
	readonly submodules?: boolean;
}

/**
 * Takes `https://host/repo.git#ref:subdir` apart, and its newer form `repo.git?ref=…&subdir=…` with `tag`, `branch`, `commit`,
 * `checksum`, `keep-git-dir` and `submodules`. Throws a DockerfileError without a place for what contradicts itself.
 */
export function parseGitSource(text: string): GitSource {
	const [, address = '', query, fragment] = /^([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(text) ?? [];
	const given = [...fromQuery(query ?? '', text), ...fromFragment(fragment ?? '')];
	const ref = one(given, 'ref', text);
	const commit = one(given, 'commit', text);
	const subdir = one(given, 'subdir', text);
	const [keepGitDir, submodules] = (['keep-git-dir', 'submodules'] as const).map(name =>
		flag(one(given, name, text), text),
	);
	return {
		remote: remoteOf(address, text),
		...(ref ? {ref} : commit && isWhole(commit) ? {ref: commit} : {}),
		...(commit ? {commit} : {}),
		...(subdir ? {subdir} : {}),
		...(keepGitDir === undefined ? {} : {keepGitDir}),
		...(submodules === undefined ? {} : {submodules}),
	};
}

/** Whether a text is the whole name of a commit, by SHA-1 or SHA-256. */
export function isWhole(commit: string): boolean {
	return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit);
}

/** `github.com/owner/name` is short for https. What begins with a dash would be an option to git. */
function remoteOf(address: string, text: string): string {
	const remote = address.startsWith('github.com/') ? `https://${address}` : address;
	if (remote === '' || remote.startsWith('-') || /[\0\n]/.test(remote)) throw bad(text, 'it has no address');
	return remote;
}

type Name = 'ref' | 'commit' | 'subdir' | 'keep-git-dir' | 'submodules';
type Given = readonly (readonly [Name, string])[];

function fromQuery(query: string, text: string): Given {
	return [...new URLSearchParams(query)].map(([key, value]): readonly [Name, string] => {
		switch (key) {
			case 'tag':
				return ['ref', `refs/tags/${value}`];
			case 'branch':
				return ['ref', `refs/heads/${value}`];
			case 'checksum':
				return ['commit', value];
			case 'ref':
			case 'commit':
			case 'subdir':
			case 'keep-git-dir':
			case 'submodules':
				return [key, value];
			default:
				throw bad(text, `there is no ${key}`);
		}
	});
}

function fromFragment(fragment: string): Given {
	const [ref = '', ...subdir] = fragment.split(':');
	const pairs: Given = [
		['ref', ref],
		['subdir', subdir.join(':')],
	];
	return pairs.filter(([, value]) => value !== '');
}

/** What was said of a name; saying two things is an error. */
function one(given: Given, name: Name, text: string): string | undefined {
	const values = new Set(given.flatMap(([key, value]) => (key === name ? [value] : [])));
	if (values.size > 1) throw bad(text, `it has two values of ${name}: ${[...values].join(' and ')}`);
	const [value] = values;
	if (name === 'ref' && value?.startsWith('-')) throw bad(text, 'a ref cannot begin with a dash');
	return value;
}

/** A name without a value says yes. */
function flag(value: string | undefined, text: string): boolean | undefined {
	if (value === undefined) return undefined;
	if (/^(?:|1|t|true)$/i.test(value)) return true;
	if (/^(?:0|f|false)$/i.test(value)) return false;
	throw bad(text, `${value} is neither true nor false`);
}

function bad(text: string, reason: string): DockerfileError {
	return new DockerfileError('GIT_URL', `cannot use the git repository ${text}: ${reason}`, {
		help: ['as in: https://host/repo.git#main:folder', 'or: https://host/repo.git?branch=main&subdir=folder'],
	});
}
