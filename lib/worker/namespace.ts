import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import type {Duplex} from 'node:stream';
import {fileURLToPath} from 'node:url';
import {poolSize, semiSpace} from '../entry-points.ts';
import {MachineError} from '../errors.ts';
import {findRefusal, userNamespacesForbidden} from './forbidden.ts';
import {chooseIdMap, type IdMap, singleMap} from './id-map.ts';
import {writeIdMap} from './write-id-map.ts';

/** A Node process as root of its own user, mount and process namespace, with an IPC channel to it. */
export interface Namespace {
	readonly process: ChildProcess;
	readonly map: IdMap;
	/** What it last wrote to stderr, at most some thousand characters. */
	readonly stderr: () => string;
}

/** Descriptors of the child: 3 is the channel, 4 (a socket) is where it says that it is there, and is told that it has ids. */
const stdio = ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'] as const;

/**
 * Waits for its ids without a privilege; the exec after they came makes it root of the namespace. The kernel forgets
 * a parent-death signal when a process gains privileges, so the one that `--kill-child` set is set again.
 */
const awaitIds = 'echo >&4; read -r go <&4 || exit 1; exec 4>&-; exec setpriv --pdeathsig KILL "$@"';

/**
 * Starts `entry` in namespaces of its own. They live as long as this thread: the kernel kills unshare when it ends,
 * by whatever means, unshare's death kills the first process inside, and with that one go all others and every mount.
 * Without usable subordinate ids it has a single one. `attach`: descriptors of this process that it gets, from 5 on.
 */
export async function openNamespace(entry: URL, attach: readonly number[] = []): Promise<Namespace> {
	const map = chooseIdMap();
	try {
		return await enter(entry, map, attach);
	} catch (error) {
		if (map.by === 'single' || !(error instanceof IdsRefused)) throw error;
		return await enter(entry, singleMap(), attach);
	}
}

/** newuidmap, newgidmap or the kernel did not accept a map. */
class IdsRefused extends Error {}

async function enter(entry: URL, map: IdMap, attach: readonly number[]): Promise<Namespace> {
	const child = spawn('setpriv', commandLine(entry), {
		stdio: [...stdio, ...attach],
		detached: true,
		serialization: 'advanced',
		env: environment(),
	});
	const stderr = lastWords(child);
	// Killed with something of ours unread, it resets its ends of the pipes; that it is gone is told by its exit.
	for (const pipe of [child.stderr, child.stdio[4]]) pipe?.on('error', () => {});
	try {
		await isWaiting(child, stderr);
		await writeIdMap(child.pid ?? 0, map).catch(cause => Promise.reject(new IdsRefused('no ids', {cause})));
		(child.stdio[4] as Duplex).end('go\n');
		return {process: child, map, stderr};
	} catch (error) {
		child.kill('SIGKILL');
		throw error;
	}
}

function commandLine(entry: URL): string[] {
	const unshare = ['unshare', '--user', '--mount', '--pid', '--fork', '--kill-child'];
	const shell = ['sh', '-c', awaitIds, 'strata'];
	const node = [process.execPath, `--max-semi-space-size=${semiSpace}`, fileURLToPath(entry)];
	return ['--pdeathsig', 'KILL', ...unshare, ...shell, ...node];
}

/** Only what the worker needs: nothing of the user's environment gets near a RUN. */
function environment(): NodeJS.ProcessEnv {
	const {PATH = '', STRATA_SNAPSHOTTER} = process.env;
	const threads = {UV_THREADPOOL_SIZE: `${poolSize}`};
	return {PATH: `${PATH}:/usr/sbin:/sbin`, ...threads, ...(STRATA_SNAPSHOTTER && {STRATA_SNAPSHOTTER})};
}

/** Resolves when the first process in the namespaces asks for its ids. */
async function isWaiting(child: ChildProcess, stderr: () => string): Promise<void> {
	const asked = once(child.stdio[4] as Duplex, 'data').then(() => true);
	const ended = once(child, 'close').then(() => false);
	if (await Promise.race([asked, ended]).catch(missingProgram)) return;
	throw userNamespacesForbidden(findRefusal(stderr()));
}

function missingProgram(cause: unknown): never {
	throw new MachineError('UNSHARE_MISSING', 'setpriv was not found, which RUN needs', {
		help: ['on Debian and Ubuntu: apt install util-linux'],
		cause,
	});
}

function lastWords(child: ChildProcess): () => string {
	let text = '';
	child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
		text = (text + chunk).slice(-4_000);
	});
	return () => text;
}
