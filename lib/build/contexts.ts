import {mkdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {homedir} from 'node:os';
import {isAbsolute, relative, resolve} from 'node:path';
import {withDigests} from '../context/digests.ts';
import {findDockerfile} from '../context/dockerfile.ts';
import {exclusionBy} from '../context/exclusion.ts';
import {readIgnoreFile} from '../context/ignore-file.ts';
import {type IgnoredBy, openContext} from '../context/open.ts';
import {type StatCache, statCache} from '../context/stat-cache.ts';
import {writeVirtualContext} from '../context/virtual.ts';
import {UsageError} from '../errors.ts';
import {applyLayer} from '../layer/apply.ts';
import {digestOf, hexOf} from '../oci/digest.ts';
import {fullStore} from '../store/failure.ts';
import type {Store} from '../store/store.ts';
import type {Selection} from '../tree/selection.ts';
import type {Tree} from '../tree/tree.ts';
import type {SourceText} from './report.ts';
import type {Request} from './request.ts';
import {untilAborted} from './until-aborted.ts';

/** Where the files of a build come from, and its Dockerfile. */
export interface Contexts extends AsyncDisposable {
	readonly dockerfile: SourceText;
	readonly main: OpenContext;
	/** Named contexts as the plan is to see them: those on no disk are folders by now. */
	readonly named: Readonly<Record<string, string>>;
	/** The folder that a named context is; opened once. */
	open(source: string): OpenContext;
}

/** A folder, as far as its ignore file lets see it. */
export interface OpenContext {
	/** As people know it: `./`. */
	readonly label: string;
	readonly tree: Tree;
	/** The selection with the digests of its files, of which only those are read that have changed since the last build. */
	digested(selection: Selection, signal: AbortSignal): Promise<Selection>;
	/** The line of the ignore file that leaves out a path which exists. */
	ignoredBy(path: string): IgnoredBy | undefined;
	/** Whether the ignore file leaves out what COPY names, by the name alone. Absent: that cannot be told. */
	readonly isExcluded?: ((path: string) => boolean) | undefined;
}

/** Opens what a request names. What is on no disk is written to a temporary folder, which goes when this is disposed of. */
export async function openContexts(request: Request, store: Store, signal: AbortSignal): Promise<Contexts> {
	const temporary: string[] = [];
	const discard = () => {
		for (const folder of temporary) rmSync(folder, {recursive: true, force: true});
	};
	const materialise = async (context: Request['context']) => {
		if (typeof context === 'string') return existingFolder(context);
		const folder = store.temporary();
		temporary.push(folder);
		mkdirSync(folder, {mode: 0o755});
		if ('files' in context) await untilAborted(writeVirtualContext(context.files, folder, signal), signal);
		else await applyLayer(resolve(context.archive), folder, {owners: 'single', whiteouts: 'delete'});
		return folder;
	};
	try {
		const folder = await materialise(request.context);
		const named = await eachValue(request.contexts, async context =>
			typeof context === 'string' ? context : materialise(context),
		);
		const {path, ...dockerfile} = readDockerfile(request, folder);
		const caches: StatCache[] = [];
		const opened = new Map<string, OpenContext>();
		const open = (place: string, owner?: string) => {
			const known = opened.get(place);
			if (known) return known;
			const cache = statCache(store.records('contexts').pathOf(hexOf(digestOf(place))));
			const isLasting = !temporary.includes(place);
			if (isLasting) caches.push(cache);
			const context = contextIn(place, {cache, label: isLasting ? shown(place) : 'on no disk', dockerfile: owner});
			opened.set(place, context);
			return context;
		};
		return {
			dockerfile,
			main: open(folder, path),
			named,
			open: source => open(resolve(source)),
			async [Symbol.asyncDispose]() {
				for (const cache of caches) cache.save();
				discard();
			},
		};
	} catch (error) {
		discard();
		throw fullStore(error, {root: store.root, doing: 'storing the context'});
	}
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

function contextIn(
	folder: string,
	{
		cache,
		label,
		dockerfile,
	}: {readonly cache: StatCache; readonly label: string; readonly dockerfile: string | undefined},
): OpenContext {
	const ignore = readIgnoreFile(folder, dockerfile);
	const tree = openContext(folder, ignore);
	return {
		label,
		tree,
		digested: (selection, signal) => withDigests(selection, tree, {cache, signal}),
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

async function eachValue<From, To>(record: Readonly<Record<string, From>>, change: (value: From) => Promise<To>) {
	const changed = Object.entries(record).map(async ([key, value]) => [key, await change(value)] as const);
	return Object.fromEntries(await Promise.all(changed)) as Readonly<Record<string, To>>;
}
