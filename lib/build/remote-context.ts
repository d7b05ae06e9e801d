import {mkdirSync, readFileSync, realpathSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {DockerfileError} from '../errors.ts';
import {applyLayer} from '../layer/apply.ts';
import {isTar, newestTime} from '../layer/read-archive.ts';
import {isGit} from '../plan/steps/remote.ts';
import type {Store} from '../store/store.ts';
import type {RemoteFile, Remotes} from './remotes.ts';

/** A build context that was fetched. */
export interface FetchedContext {
	readonly folder: string;
	/** Its time, in seconds: of the commit, or of the file (SURFACE ARG-9). */
	readonly time?: number;
	/** The Dockerfile that it is, if it is nothing else. */
	readonly text?: string;
}

/** Whether a context is fetched: a git repository, or a URL of an archive or of a Dockerfile (SURFACE CLI-1). */
export function isRemoteContext(context: string): boolean {
	const isFolder = statSync(context, {throwIfNoEntry: false})?.isDirectory() ?? false;
	return !isFolder && (isGit(context) || /^https?:\/\//.test(context));
}

export interface FetchContext {
	readonly store: Store;
	readonly remotes: Remotes;
	readonly keepGitDir: boolean;
	/** Gets the folders that go at the end. */
	readonly temporary: string[];
}

export async function fetchContext(context: string, options: FetchContext): Promise<FetchedContext> {
	if (isGit(context)) return checkedOut(context, options);
	const file = await options.remotes.file(context);
	const path = await file.path();
	const folder = options.store.temporary();
	options.temporary.push(folder);
	mkdirSync(folder, {mode: 0o755});
	const time = await timeOfFile(file);
	const dated = time === undefined ? {} : {time};
	if (!(await isTar(path))) return {folder, ...dated, text: readFileSync(path, 'utf8')};
	await applyLayer(path, folder, {owners: 'single', whiteouts: 'delete'});
	return {folder, ...dated};
}

/** What the server says; or of an archive the time of its newest member. Undefined if neither tells. */
export async function timeOfFile(file: RemoteFile): Promise<number | undefined> {
	return file.mtime > 0 ? file.mtime : newestTime(await file.path());
}

/** A folder of the repository must be one inside it, also by its links. */
async function checkedOut(context: string, {remotes, keepGitDir}: FetchContext): Promise<FetchedContext> {
	const repository = await remotes.repository(context, {keepGitDir});
	const {folder, time} = await repository.files();
	const {subdir} = repository.identity;
	const root = realpathSync(folder);
	const inside = realpathIn(join(root, subdir));
	if (inside === undefined || (inside !== root && !inside.startsWith(`${root}/`))) {
		throw new DockerfileError('GIT_SUBDIR', `the git repository ${context} has no folder ${subdir}`, {
			help: ['a folder of it stands behind the reference: URL#REF:FOLDER'],
		});
	}
	return {folder: inside, time};
}

function realpathIn(path: string): string | undefined {
	try {
		const real = realpathSync(path);
		return statSync(real).isDirectory() ? real : undefined;
	} catch {
		return undefined;
	}
}
