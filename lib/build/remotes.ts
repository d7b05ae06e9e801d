import {createHash} from 'node:crypto';
import {join} from 'node:path';
import {type Downloaded, download, withoutLogin} from '../context/download.ts';
import {checkout, type GitAccess, resolveCommit} from '../context/git.ts';
import {type GitSource, parseGitSource} from '../context/git-url.ts';
import {DockerfileError, StepError} from '../errors.ts';
import type {Digest} from '../oci/digest.ts';
import type {Store} from '../store/store.ts';
import type {Request} from './request.ts';
import {secretText} from './secrets.ts';
import {sshAgents} from './ssh-agents.ts';

/** What a build fetches from elsewhere, each thing at most once. Disposing removes what is not kept. */
export interface Remotes extends AsyncDisposable {
	/** The file of a URL. Asks the server whether it is still the same, unless `checksum` says which it is. */
	file(url: string, checksum?: string): Promise<RemoteFile>;
	/** A git repository: `checksum` is what the commit must begin with. */
	repository(source: string, options: RepositoryOptions): Promise<RemoteRepository>;
}

/** A file that was fetched, now or before. */
export interface RemoteFile {
	readonly digest: Digest;
	readonly size: number;
	/** What the URL calls it. */
	readonly name: string;
	/** Seconds, by Last-Modified; 0 if the server does not say. */
	readonly mtime: number;
	/** Where it lies; fetched again if it is no longer there. */
	path(): Promise<string>;
}

export interface RepositoryOptions {
	readonly checksum?: string | undefined;
	readonly keepGitDir?: boolean | undefined;
}

/** A commit, and what of it is wanted. */
export interface RemoteRepository {
	/** All that decides about its files. */
	readonly identity: {
		readonly commit: string;
		readonly subdir: string;
		readonly keepGitDir: boolean;
		readonly submodules: boolean;
	};
	/** Checks it out: the folder, and the time of the commit in seconds. */
	files(): Promise<Checkout>;
}

export interface Checkout {
	readonly folder: string;
	readonly time: number;
}

export interface RemotesOf {
	readonly store: Store;
	readonly request: Pick<Request, 'secrets' | 'ssh'>;
	readonly signal: AbortSignal;
	/** Gets the folders that go at the end. */
	readonly temporary: string[];
}

export function remotes({store, request, signal, temporary}: RemotesOf): Remotes {
	const agents = sshAgents(request.ssh);
	const asked = new Map<string, Promise<unknown>>();
	const once = <T>(key: string, work: () => Promise<T>): Promise<T> => {
		const known = asked.get(key) ?? work();
		asked.set(key, known);
		return known as Promise<T>;
	};
	const accessTo = async (remote: string): Promise<GitAccess> => {
		const authorization = gitAuthorization(remote, request.secrets);
		const agent = await agents.socket({type: 'ssh', readOnly: true}, nowhere);
		return {signal, ...(authorization ? {authorization} : {}), ...(agent ? {agent} : {})};
	};
	const checkOut = async (source: GitSource, commit: string, options: {keepGitDir: boolean; submodules: boolean}) => {
		const access = await accessTo(source.remote);
		const folder = store.temporary();
		temporary.push(folder);
		const repository = {folder: join(store.root, 'git', hashOf(source.remote)), access};
		await using _ = await store.lock(`git ${source.remote}`, {signal});
		return {folder, time: await checkout({source, commit}, repository, folder, options)};
	};
	return {
		file: (url, checksum) => once(`url ${url} ${checksum}`, () => fetchFile(url, {checksum, store, request, signal})),
		async repository(text, {checksum, keepGitDir: wanted}) {
			const source = withChecksum(parseGitSource(text), checksum, text);
			const {remote, subdir = '', keepGitDir = wanted ?? false, submodules = true} = source;
			const commit = await once(`commit ${text} ${checksum}`, async () =>
				resolveCommit(source, await accessTo(remote)),
			);
			const identity = {commit, subdir, keepGitDir, submodules};
			const key = `checkout ${remote} ${JSON.stringify({...identity, subdir: undefined})}`;
			return {identity, files: () => once(key, () => checkOut(source, commit, {keepGitDir, submodules}))};
		},
		[Symbol.asyncDispose]: () => agents[Symbol.asyncDispose](),
	};
}

const nowhere = {file: '', start: 0, end: 0};

interface Fetching {
	readonly checksum: string | undefined;
	readonly store: Store;
	readonly request: Pick<Request, 'secrets'>;
	readonly signal: AbortSignal;
}

/** `downloads` records: what a URL was when a server was last asked. */
async function fetchFile(text: string, {checksum, store, request, signal}: Fetching): Promise<RemoteFile> {
	const url = new URL(text);
	const records = store.records<Downloaded>('downloads');
	const key = hashOf(withoutLogin(url).href);
	const headers = authorizationFor(url, request.secrets);
	const fetch = async (known: Downloaded | undefined): Promise<Downloaded> => {
		const into = store.temporary();
		const found = await download(url, {into, headers, signal, ...(known ? {known} : {})});
		if (!found) return known ?? fetch(undefined);
		store.blobs.adopt(into, found.digest);
		records.put(key, found);
		return found;
	};
	const known = records.get(key);
	const file = checksum !== undefined && known?.digest === checksum ? known : await fetch(known);
	if (checksum !== undefined && file.digest !== checksum) throw mismatch(withoutLogin(url).href, checksum, file.digest);
	return {
		digest: file.digest,
		size: file.size,
		name: nameOf(url),
		mtime: Math.max(0, Math.floor(Date.parse(file.lastModified ?? '') / 1000) || 0),
		async path() {
			if (!store.blobs.has(file.digest, file.size)) await fetch(undefined);
			return store.blobs.pathOf(file.digest);
		},
	};
}

/** As BuildKit has it: the last part of the path. */
function nameOf({pathname}: URL): string {
	return decodeURIComponent(pathname.split('/').at(-1) ?? '') || '__unnamed__';
}

function authorizationFor({host}: URL, secrets: Request['secrets']): Record<string, string> {
	const header = secretText([`HTTP_AUTH_HEADER_${host}`], secrets);
	const token = secretText([`HTTP_AUTH_TOKEN_${host}`], secrets);
	const authorization = header ?? (token === undefined ? undefined : `Bearer ${token}`);
	return authorization === undefined ? {} : {authorization};
}

function gitAuthorization(remote: string, secrets: Request['secrets']): string | undefined {
	if (!/^https?:\/\//.test(remote)) return undefined;
	const {host} = new URL(remote);
	const header = secretText([`GIT_AUTH_HEADER.${host}`, 'GIT_AUTH_HEADER'], secrets);
	const token = secretText([`GIT_AUTH_TOKEN.${host}`, 'GIT_AUTH_TOKEN'], secrets);
	if (header !== undefined || token === undefined) return header;
	return `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
}

function mismatch(url: string, expected: string, received: string): StepError {
	return new StepError('CHECKSUM', `ADD: ${url} is not what its checksum says`, {
		notes: [`expected ${expected}`, `received ${received}`],
		help: [`if it was meant to change: --checksum=${received}`],
	});
}

function withChecksum(source: GitSource, checksum: string | undefined, text: string): GitSource {
	const {commit = checksum} = source;
	if (checksum === undefined || commit === undefined) return source;
	if (!commit.startsWith(checksum) && !checksum.startsWith(commit)) {
		throw new DockerfileError('GIT_URL', `ADD: ${text} and --checksum=${checksum} say two commits`, {
			help: ['remove one of them'],
		});
	}
	return {...source, commit: commit.length > checksum.length ? commit : checksum};
}

function hashOf(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}
