import {mkdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {homedir} from 'node:os';
import {isAbsolute, relative, resolve} from 'node:path';
import {withDigests} from '../context/digests.ts';
import {findDockerfile} from '../context/dockerfile.ts';
import {exclusionBy} from '../context/exclusion.ts';
import {fingerprint} from '../context/fingerprint.ts';
import {type IgnoreFile, readGivenIgnoreFile, readIgnoreFile} from '../context/ignore-file.ts';
import {type ContextMode, type IgnoredBy, openContext} from '../context/open.ts';
import {type StatCache, statCache} from '../context/stat-cache.ts';
import {writeVirtualContext} from '../context/virtual.ts';
import {UsageError} from '../errors.ts';
import {applyLayer} from '../layer/apply.ts';
import {type Digest, digestOf, hexOf} from '../oci/digest.ts';
import {fullStore} from '../store/failure.ts';
import type {Store} from '../store/store.ts';
import type {Selection} from '../tree/selection.ts';
import type {Tree} from '../tree/tree.ts';
import {untilAborted} from '../worker/until-aborted.ts';
import type {ArchiveContext, VirtualContext} from './options.ts';
import {type FetchedContext, fetchContext, isRemoteContext} from './remote-context.ts';
import {type Remotes, remotes} from './remotes.ts';
import type {SourceText} from './report.ts';
import {isOn, type Request} from './request.ts';

/** Where the files of a build come from, and its Dockerfile. */
export interface Contexts extends AsyncDisposable {
	readonly dockerfile: SourceText;
	readonly main: OpenContext;
	/** Named contexts as the plan is to see them: those on no disk, or fetched, are folders by now. */
	readonly named: Readonly<Record<string, string>>;
	/** The time in seconds of those that have one; the main one is `context` (SURFACE ARG-9). */
	readonly times: ReadonlyMap<string, number>;
	/** What else the build fetches. */
	readonly remotes: Remotes;
	/** The folder that a named context is; opened once. */
	open(source: string): OpenContext;
	/** Writes what was learned of files, the first time that somebody else has work anyway. What comes later is written at the end. */
	saveAhead(): void;
}

/** A folder, as far as its ignore file lets see it. */
export interface OpenContext {
	/** As people know it: `./`. */
	readonly label: string;
	readonly tree: Tree;
	/** The selection with the digests of its files, of which only those are read that have changed since the last build. */
	digested(selection: Selection, signal: AbortSignal): Promise<Selection>;
	/** What names the state of all that is at `paths` and below, as long as none of it changes; undefined where that cannot be told. */
	fingerprint(paths: readonly string[], signal: AbortSignal): Promise<Digest | undefined>;
	/** The line of the ignore file that leaves out a path which exists. */
	ignoredBy(path: string): IgnoredBy | undefined;
	/** Whether the ignore file leaves out what COPY names, by the name alone. Absent: that cannot be told. */
	readonly isExcluded?: ((path: string) => boolean) | undefined;
}

/** Opens what a request names. What is on no disk is written to a temporary folder, which goes when this is disposed of. */
export async function openContexts(request: Request, store: Store, signal: AbortSignal): Promise<Contexts> {
	const temporary: string[] = [];
	const times = new Map<string, number>();
	const fetched = remotes({store, request, signal, temporary});
	const discard = () => {
		for (const folder of temporary) rmSync(folder, {recursive: true, force: true});
	};
	const fetch = async (name: string, context: string) => {
		const keepGitDir = isOn(request.buildArgs.BUILDKIT_CONTEXT_KEEP_GIT_DIR);
		const found = await fetchContext(context, {store, remotes: fetched, keepGitDir, temporary});
		if (found.time !== undefined) times.set(name, found.time);
		return found;
	};
	const materialise = async (context: VirtualContext | ArchiveContext) => {
		const folder = store.temporary();
		temporary.push(folder);
		mkdirSync(folder, {mode: 0o755});
		if ('files' in context) await untilAborted(writeVirtualContext(context.files, folder, signal), signal);
		else await applyLayer(resolve(context.archive), folder, {owners: 'single', whiteouts: 'delete'});
		return folder;
	};
	try {
		const {folder, isFetched, text} = await mainFolder(request.context, {fetch, materialise});
		const named = await eachValue(request.contexts, async (context, name) => {
			if (typeof context !== 'string') return materialise(context);
			return isRemoteContext(context) ? (await fetch(name, context)).folder : context;
		});
		const {path, ...dockerfile} = text === undefined ? readDockerfile(request, folder) : {name: 'Dockerfile', text};
		const caches: StatCache[] = [];
		const opened = new Map<string, OpenContext>();
		const unfiltered = new Set([...(isFetched ? [folder] : []), ...fetchedFolders(request.contexts, named)]);
		const ignoreFileOf = (place: string, owner: string | undefined) => {
			if (place === folder && request.ignoreFile !== undefined) return readGivenIgnoreFile(request.ignoreFile);
			return unfiltered.has(place) ? undefined : readIgnoreFile(place, owner);
		};
		const open = (place: string, owner?: string) => {
			const known = opened.get(place);
			if (known) return known;
			const cache = statCache(store.records('contexts').pathOf(hexOf(digestOf(place))));
			const isLasting = !temporary.some(made => place === made || place.startsWith(`${made}/`));
			if (isLasting) caches.push(cache);
			const label = isLasting ? shown(place) : 'on no disk';
			const ignore = ignoreFileOf(place, owner);
			const context = contextIn(place, {cache, label, ignore, modes: request.contextMode});
			opened.set(place, context);
			return context;
		};
		const save = () => {
			for (const cache of caches) cache.save();
		};
		let isSaved = false;
		return {
			dockerfile,
			main: open(folder, path),
			named,
			times,
			remotes: fetched,
			open: source => open(resolve(source)),
			saveAhead() {
				if (!isSaved) save();
				isSaved = true;
			},
			async [Symbol.asyncDispose]() {
				save();
				await fetched[Symbol.asyncDispose]();
				discard();
			},
		};
	} catch (error) {
		await fetched[Symbol.asyncDispose]();
		discard();
		throw fullStore(error, {root: store.root, doing: 'storing the context'});
	}
}

interface Making {
	readonly fetch: (name: string, context: string) => Promise<FetchedContext>;
	readonly materialise: (context: VirtualContext | ArchiveContext) => Promise<string>;
}

interface MainFolder {
	readonly folder: string;
	/** Ignore files are for folders of this machine only (SURFACE IGN-6). */
	readonly isFetched: boolean;
	/** The Dockerfile, if what was fetched is nothing else. */
	readonly text?: string;
}

async function mainFolder(context: Request['context'], {fetch, materialise}: Making): Promise<MainFolder> {
	if (typeof context !== 'string') return {folder: await materialise(context), isFetched: false};
	if (!isRemoteContext(context)) return {folder: existingFolder(context), isFetched: false};
	const {folder, text} = await fetch('context', context);
	return {folder, isFetched: true, ...(text === undefined ? {} : {text})};
}

function fetchedFolders(given: Request['contexts'], named: Readonly<Record<string, string>>): readonly string[] {
	return Object.entries(named).flatMap(([name, folder]) =>
		typeof given[name] === 'string' && given[name] !== folder ? [folder] : [],
	);
}

function existingFolder(context: string): string {
	const folder = resolve(context);
	const stat = statSync(folder, {throwIfNoEntry: false});
	if (stat?.isDirectory()) return folder;
	throw new UsageError(
		'NO_CONTEXT',
		stat ? `the context ${context} is no folder` : `there is no folder ${context} to build from`,
		{
			help: ['the folder you are in: strata build .'],
		},
	);
}

interface Opening {
	readonly cache: StatCache;
	readonly label: string;
	readonly ignore: IgnoreFile | undefined;
	readonly modes: ContextMode;
}

function contextIn(folder: string, {cache, label, ignore, modes}: Opening): OpenContext {
	const tree = openContext(folder, ignore, {modes, recall: cache.recall});
	return {
		label,
		tree,
		digested: (selection, signal) => withDigests(selection, tree, {cache, signal}),
		fingerprint: (paths, signal) => fingerprint(tree, paths, {signal}),
		ignoredBy: path => tree.isIgnored(path.replace(/^\/+|\/+$/g, '')),
		isExcluded: exclusionBy(ignore?.patterns ?? []),
	};
}

/** The text of the Dockerfile; `path` where it is a file. Its name is relative to the context, if it lies there. */
function readDockerfile({dockerfile, context}: Request, folder: string): SourceText & {readonly path?: string} {
	if (typeof dockerfile === 'object') return {name: dockerfile.name ?? 'Dockerfile', text: dockerfile.text};
	const label = typeof context === 'string' ? shown(folder) : 'the context';
	const path = findDockerfile(folder, {...(dockerfile === undefined ? {} : {file: dockerfile}), shown: label});
	const name = relative(folder, resolve(path));
	try {
		return {name: name.startsWith('..') ? path : name, text: readFileSync(path, 'utf8'), path};
	} catch (error) {
		throw new UsageError('NO_DOCKERFILE', `cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`, {
			cause: error,
			help: ['look at its permissions, or name another one: -f FILE'],
		});
	}
}

/** A folder as people write it: relative where it lies below where they stand, `$HOME` for their home. */
function shown(folder: string): string {
	const path = relative(process.cwd(), folder);
	if (path === '') return './';
	if (!path.startsWith('..') && !isAbsolute(path)) return `${path}/`;
	const home = homedir();
	return folder.startsWith(`${home}/`) ? `$HOME${folder.slice(home.length)}/` : `${folder}/`;
}

async function eachValue<From, To>(
	record: Readonly<Record<string, From>>,
	change: (value: From, key: string) => Promise<To>,
) {
	const changed = Object.entries(record).map(async ([key, value]) => [key, await change(value, key)] as const);
	return Object.fromEntries(await Promise.all(changed)) as Readonly<Record<string, To>>;
}
