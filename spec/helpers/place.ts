import {execFileSync, spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {chmodSync, chownSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {text} from 'node:stream/consumers';
import type {ExecutionContext} from 'ava';
import {endPodman} from './podman.ts';
import {superuser, type User} from './user.ts';

/** A folder of one test where a user has a home and a store, and runs programs. All of it goes with the test. */
export interface Place {
	readonly user: User;
	/** Without dots and capitals, which podman does not take in the name of a layout. */
	readonly folder: string;
	/** What STRATA_ROOT says. */
	readonly store: string;
	readonly env: Readonly<Record<string, string>>;
	/** Makes files below the folder, owned by the user; a value with `mode` sets it. Answers the path of the folder. */
	write(files: Files, below?: string): string;
	/** Runs a program and answers how it ended. */
	run(command: readonly string[], options?: RunOptions): Promise<Ended>;
}

export type Files = Readonly<Record<string, string | {readonly data: string; readonly mode: number}>>;

export interface RunOptions {
	readonly cwd?: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly input?: string;
	/** As `umask` takes it. */
	readonly umask?: string;
	/** Called with the process once it runs, and with each piece of its stderr. */
	readonly onStderr?: (chunk: string, kill: (signal: NodeJS.Signals) => void) => void;
}

export interface Ended {
	readonly status: number | NodeJS.Signals;
	readonly stdout: string;
	readonly stderr: string;
}

export function makePlace(t: ExecutionContext, user: User): Place {
	const folder = `/tmp/strata-e2e-${randomBytes(4).toString('hex')}`;
	for (const path of [folder, join(folder, 'home'), join(folder, 'run')]) mkdirFor(user, path);
	chmodSync(join(folder, 'run'), 0o700);
	t.teardown(() => remove(folder));
	const store = join(folder, 'store');
	const env = environment(user, {folder, store});
	return {
		user,
		folder,
		store,
		env,
		write: (files, below = '.') => writeFiles(join(folder, below), {files, user}),
		run: (command, options = {}) =>
			run(command, {...options, env: {...env, ...options.env}, cwd: options.cwd ?? folder}, user),
	};
}

function environment(user: User, {folder, store}: {folder: string; store: string}): Record<string, string> {
	const path = process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin';
	return {
		PATH: path,
		LANG: 'C.UTF-8',
		HOME: join(folder, 'home'),
		USER: user.name,
		XDG_RUNTIME_DIR: join(folder, 'run'),
		STRATA_ROOT: store,
	};
}

function mkdirFor(user: User, path: string): void {
	mkdirSync(path, {mode: 0o755});
	chownSync(path, user.uid, user.gid);
}

function writeFiles(folder: string, {files, user}: {files: Files; user: User}): string {
	for (const [name, file] of Object.entries(files)) {
		const path = join(folder, name);
		mkdirSync(dirname(path), {recursive: true});
		writeFileSync(path, typeof file === 'string' ? file : file.data);
		chmodSync(path, typeof file === 'string' ? 0o644 : file.mode);
	}
	execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
	return folder;
}

async function run(command: readonly string[], options: RunOptions, user: User): Promise<Ended> {
	const [program = '', ...args] = options.umask
		? ['sh', '-c', `umask ${options.umask}; exec "$@"`, 'sh', ...command]
		: command;
	const identity = superuser && user.uid !== 0 ? {uid: user.uid, gid: user.gid} : {};
	const child = spawn(program, args, {...identity, cwd: options.cwd, env: options.env});
	child.stdin.on('error', () => {});
	child.stdin.end(options.input);
	child.stderr
		.setEncoding('utf8')
		.on('data', (chunk: string) => options.onStderr?.(chunk, signal => child.kill(signal)));
	const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
		child.on('error', reject).on('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
	});
	const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
	return {status, stdout, stderr};
}

/** Files of subordinate ids can be removed by root, or inside a user namespace. Podman keeps a process for its own. */
function remove(folder: string): void {
	endPodman(join(folder, 'run'));
	if (superuser) rmSync(folder, {recursive: true, force: true});
	else execFileSync('buildah', ['unshare', 'rm', '-rf', folder], {env: {...process.env, HOME: join(folder, 'home')}});
}
