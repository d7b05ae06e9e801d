import {execFile} from 'node:child_process';
import {chmodSync, existsSync, lstatSync, lutimesSync, mkdirSync, readdirSync, rmSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {MachineError, RegistryError, StepError} from '../errors.ts';
import {findProgram} from '../programs.ts';
import {type GitSource, isWhole} from './git-url.ts';

const execute = promisify(execFile);

/** How a repository is reached. */
export interface GitAccess {
	/** A value for the header `Authorization`. */
	readonly authorization?: string;
	/** The socket of an agent. */
	readonly agent?: string;
	readonly signal?: AbortSignal;
}

/** Where the objects of one repository are kept, from one build to the next. */
export interface GitRepository {
	readonly folder: string;
	readonly access: GitAccess;
}

/** The commit that a source means now. Asks the repository, unless the source says it. Throws if it is not the one it must be. */
export async function resolveCommit(source: GitSource, access: GitAccess): Promise<string> {
	const {ref, commit} = source;
	const found = ref !== undefined && isWhole(ref) ? ref : await remoteCommit(source, access);
	if (commit === undefined || found.startsWith(commit)) return found;
	throw new StepError('GIT_COMMIT', `${source.remote} has another commit than it must have`, {
		notes: [`expected ${commit}`, `received ${found}${ref ? ` for ${ref}` : ''}`],
		help: [`if it was meant to change, name that commit: ${found.slice(0, 12)}`],
	});
}

async function remoteCommit({remote, ref = 'HEAD'}: GitSource, access: GitAccess): Promise<string> {
	const lines = await git(['ls-remote', '--', remote], {access, about: remote});
	const refs = new Map(lines.split('\n').map(line => line.split('\t').reverse() as [string, string]));
	const candidates = [ref, `refs/heads/${ref}`, `refs/tags/${ref}`];
	// What follows ^{} is the commit that an annotated tag names.
	const found = candidates.map(name => refs.get(`${name}^{}`) ?? refs.get(name)).find(Boolean);
	if (found !== undefined) return found;
	const names = [...refs.keys()].flatMap(name => /^refs\/(?:heads|tags)\/(.*?)(?:\^\{\})?$/.exec(name)?.[1] ?? []);
	throw new RegistryError('GIT_REF', `${remote} has no ${ref}`, {
		notes: names.length > 0 ? [`it has ${[...new Set(names)].slice(0, 10).join(', ')}`] : [],
		help: [`a branch, a tag or a whole commit: ${remote}#REF`],
	});
}

export interface CheckoutOptions {
	readonly keepGitDir: boolean;
	readonly submodules: boolean;
}

/**
 * The files of a commit in `target`, a new folder: modes 644 and 755, the time of the commit, with submodules, and without `.git`
 * unless it is to be kept. Git does the work, without the user's settings, hooks and filters, and asks nobody anything.
 * Answers with the time of the commit, in seconds.
 */
export async function checkout(
	{source, commit}: {readonly source: GitSource; readonly commit: string},
	{folder, access}: GitRepository,
	target: string,
	options: CheckoutOptions,
): Promise<number> {
	await fetchCommit(source, commit, {folder, access});
	const inside = (args: readonly string[], protocols = remoteProtocols) =>
		git(['-C', target, ...args], {access, about: source.remote, protocols});
	mkdirSync(target, {mode: 0o755});
	await inside(['init', '--quiet', '--template=', `--object-format=${commit.length === 64 ? 'sha256' : 'sha1'}`]);
	await inside(['remote', 'add', 'origin', source.remote]);
	await inside(['fetch', '--quiet', '--no-tags', '--', folder, kept(commit)], 'file');
	await inside(['checkout', '--quiet', '--force', '--detach', commit]);
	if (options.submodules && existsSync(join(target, '.gitmodules'))) {
		await inside(['submodule', 'update', '--init', '--recursive', '--quiet']);
	}
	const time = Number(await inside(['show', '--no-patch', '--format=%ct', commit]));
	if (!options.keepGitDir) removeGit(target);
	settle(target, time);
	return time;
}

/** The name under which a commit is kept: what no name leads to may be collected as garbage. */
function kept(commit: string): string {
	return `refs/strata/${commit}`;
}

/** Only the commit where the server can do that; else all there is. */
async function fetchCommit({remote, ref}: GitSource, commit: string, {folder, access}: GitRepository): Promise<void> {
	const bare = (args: readonly string[]) => git(['-C', folder, ...args], {access, about: remote});
	if (!existsSync(join(folder, 'HEAD'))) {
		mkdirSync(folder, {recursive: true});
		await bare([
			'init',
			'--quiet',
			'--bare',
			'--template=',
			`--object-format=${commit.length === 64 ? 'sha256' : 'sha1'}`,
		]);
	}
	if (await succeeds(bare(['cat-file', '-e', `${kept(commit)}^{commit}`]))) return;
	const wanted = ref === undefined || isWhole(ref) ? [commit] : [ref, commit];
	for (const name of wanted) {
		const shallow = ['fetch', '--quiet', '--no-tags', '--depth=1', '--', remote, name];
		if ((await succeeds(bare(shallow))) && (await succeeds(keepCommit(bare, commit)))) return;
	}
	const all = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'];
	await bare(['fetch', '--quiet', '--no-tags', '--', remote, ...all]);
	await keepCommit(bare, commit);
}

function keepCommit(bare: (args: readonly string[]) => Promise<string>, commit: string): Promise<string> {
	return bare(['update-ref', kept(commit), `${commit}^{commit}`]);
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
	try {
		await work;
		return true;
	} catch (error) {
		if (error instanceof RegistryError) return false;
		throw error;
	}
}

const remoteProtocols = 'http:https:ssh:git';

interface GitCall {
	readonly access: GitAccess;
	/** What errors are about. */
	readonly about: string;
	/** By which git may fetch; never what runs programs. */
	readonly protocols?: string;
}

async function git(args: readonly string[], {access, about, protocols = remoteProtocols}: GitCall): Promise<string> {
	const program = findProgram('git');
	if (!program) {
		throw new MachineError('NO_GIT', 'no git found, which a git repository needs', {
			help: ['on Debian and Ubuntu: apt install git'],
		});
	}
	const {signal} = access;
	const settings = [
		'core.hooksPath=/dev/null',
		'core.fsmonitor=false',
		'safe.directory=*',
		'advice.detachedHead=false',
	];
	const options = {
		env: environment(access, protocols),
		maxBuffer: 256 * 1024 * 1024,
		...(signal ? {signal} : {}),
	};
	try {
		const {stdout} = await execute(program, [...settings.flatMap(setting => ['-c', setting]), ...args], options);
		return stdout.trim();
	} catch (error) {
		signal?.throwIfAborted();
		throw failure(about, error);
	}
}

/** Nothing of the user's settings; a credential is in no argument, which every user of the machine could read. */
function environment({authorization, agent}: GitAccess, protocols: string): NodeJS.ProcessEnv {
	const proxies = Object.entries(process.env).filter(([name]) => /^(?:https?|all|no)_proxy$/i.test(name));
	const header = authorization
		? {
				GIT_CONFIG_COUNT: '1',
				GIT_CONFIG_KEY_0: 'http.extraHeader',
				GIT_CONFIG_VALUE_0: `Authorization: ${authorization}`,
			}
		: {};
	const ssh = `ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=${join(homedir(), '.ssh/known_hosts')}`;
	return {
		...Object.fromEntries(proxies),
		PATH: process.env.PATH,
		LC_ALL: 'C',
		HOME: '/nonexistent',
		GIT_CONFIG_NOSYSTEM: '1',
		GIT_CONFIG_GLOBAL: '/dev/null',
		GIT_TERMINAL_PROMPT: '0',
		GIT_ASKPASS: '/bin/false',
		GIT_ALLOW_PROTOCOL: protocols,
		GIT_SSH_COMMAND: ssh,
		GIT_NO_REPLACE_OBJECTS: '1',
		...(agent ? {SSH_AUTH_SOCK: agent} : {}),
		...header,
	};
}

function failure(about: string, error: unknown): RegistryError {
	const {stderr = '', message} = error as {stderr?: string; message: string};
	const said = (stderr.trim() || message).split('\n').filter(line => line !== '');
	return new RegistryError('GIT', `cannot fetch the git repository ${withoutPassword(about)}`, {
		notes: [`git says: ${withoutPassword(said.at(-1) ?? '')}`],
		help: ['is the address right, and the network there?'],
	});
}

function withoutPassword(text: string): string {
	return text.replaceAll(/(\w+:\/\/[^\s/:@]*):[^\s/@]*@/g, '$1:***@');
}

/** Those of submodules are files that name a folder which is gone. */
function removeGit(folder: string): void {
	rmSync(join(folder, '.git'), {recursive: true, force: true});
	for (const entry of readdirSync(folder, {withFileTypes: true})) {
		if (entry.isDirectory()) removeGit(join(folder, entry.name));
	}
}

/** The files of a commit have one time, and of modes only what git knows, so that fetching it again gives the same bytes. */
function settle(path: string, time: number): void {
	const stat = lstatSync(path);
	if (stat.isDirectory()) for (const name of readdirSync(path)) settle(join(path, name), time);
	if (!stat.isSymbolicLink()) chmodSync(path, stat.isDirectory() || (stat.mode & 0o100) !== 0 ? 0o755 : 0o644);
	lutimesSync(path, time, time);
}
