import {execFile} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {promisify} from 'node:util';

/** A real registry, Debian's docker-registry, on a port of loopback; without TLS. */
export interface TestRegistry {
	/** `127.0.0.1:PORT` */
	readonly host: string;
	/** 0 if another process started it. */
	readonly pid: number;
	/** Where it keeps its files; empty if another process started it. */
	readonly storage: string;
	/** Ends it, and forgets what was pushed to it. */
	stop(): Promise<void>;
}

/** An empty registry that takes pushes. */
export async function startRegistry(): Promise<TestRegistry> {
	const storage = await mkdtemp(join(tmpdir(), 'strata-registry-'));
	const {host, pid} = await serve(['--storage', storage]);
	return {host, pid, storage, stop: () => end(pid).then(() => rm(storage, {recursive: true}))};
}

/** `user` and `secret` in the file of an Apache, which has bcrypt. */
const htpasswd = 'user:$2b$04$CzyvCNi33kCtiLsu269YFOiuUl87yiTtBmREKBn64u/EnaNvBk9YK\n';

/** An empty registry that only `user` with `secret` may pull from and push to. */
export async function startPrivateRegistry(): Promise<TestRegistry> {
	const storage = await mkdtemp(join(tmpdir(), 'strata-registry-'));
	const {startRegistry} = (await import(pathToFileURL(resolve('scripts/parts/registry.mjs')).href)) as {
		startRegistry(storage: string, options: {htpasswd: string}): Promise<{host: string; pid: number}>;
	};
	const {host, pid} = await startRegistry(storage, {htpasswd});
	return {host, pid, storage, stop: () => end(pid).then(() => rm(storage, {recursive: true}))};
}

/**
 * The read-only registry of base images that `scripts/fixtures` makes: busybox, alpine, debian:bookworm and
 * debian:bookworm-slim. The one that `STRATA_TEST_REGISTRY` names, if it does.
 */
export async function fixtureRegistry(): Promise<TestRegistry> {
	const host = process.env.STRATA_TEST_REGISTRY;
	if (host) return {host, pid: 0, storage: '', stop: async () => {}};
	const registry = await serve([]);
	return {...registry, storage: '', stop: () => end(registry.pid)};
}

async function serve(flags: readonly string[]): Promise<{host: string; pid: number}> {
	const {stdout} = await promisify(execFile)('scripts/fixtures', ['serve', ...flags]);
	const [, host, pid] = /^STRATA_TEST_REGISTRY=(.+)\nSTRATA_TEST_REGISTRY_PID=(\d+)$/m.exec(stdout) ?? [];
	if (host === undefined) throw new Error(`scripts/fixtures serve printed ${JSON.stringify(stdout)}`);
	return {host, pid: Number(pid)};
}

/** Resolves once the process is gone, so that nothing is written to its storage any more. */
async function end(pid: number): Promise<void> {
	process.kill(pid);
	while (isAlive(pid)) await new Promise(resolve => setTimeout(resolve, 20));
}

function isAlive(pid: number): boolean {
	try {
		return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
	} catch {
		return false;
	}
}
