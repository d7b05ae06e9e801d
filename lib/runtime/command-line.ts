import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync} from 'node:fs';
import {Socket} from 'node:net';
import {constants} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {MachineError, type StrataError} from '../errors.ts';
import {openPipe} from '../linux/pipe.ts';
import {resizeConsole} from './console.ts';
import type {RunHooks, Runtime} from './runtime.ts';
import {runtimeMessage} from './runtime-log.ts';
import {statusOf} from './status.ts';

/** How a runtime with runc's command line is called. */
export interface CommandLine {
	readonly name: 'crun' | 'runc';
	readonly path: string;
	readonly version: string;
	/** Flags before the command. */
	readonly flags: readonly string[];
	/** Folder for what the runtime notes about its containers. */
	readonly state: string;
}

/** How long a program has to end after TERM. */
const grace = 2_000;

/** The runtime behind a command line like runc's, which crun, youki and runsc share. */
export function commandLineRuntime(line: CommandLine): Runtime {
	const {name, path, version} = line;
	return {name, path, version, run: (bundle, id, hooks) => runBundle(line, {bundle, id}, hooks)};
}

interface Container {
	readonly bundle: string;
	readonly id: string;
}

async function runBundle(line: CommandLine, container: Container, hooks: RunHooks) {
	const log = join(container.bundle, 'runtime.log');
	const pidFile = join(container.bundle, 'pid');
	const argv = [...globalFlags(line, log), 'run', '--pid-file', pidFile, '--bundle', container.bundle, container.id];
	const {child, output} = start(line.path, argv, hooks);
	hooks.onStart?.(signal => {
		if (signal !== constants.signals.SIGWINCH) void send(line, {container, child}, signal);
		else if (hooks.terminal) resizeConsole(pidFile, hooks.terminal.stdout);
	});
	const stopping = stopOnAbort(line, {container, child}, hooks.signal);
	try {
		const [status] = await Promise.all([endOf(child), ...output]);
		const refusal = runtimeMessage(log);
		if (refusal !== undefined && status !== 0 && !hooks.signal?.aborted) throw refused(line, refusal);
		return {status: typeof status === 'number' ? statusOf(status) : status};
	} catch (error) {
		child.kill('SIGKILL');
		await tell(line, ['delete', '--force', container.id]);
		throw error;
	} finally {
		child.kill('SIGKILL');
		await stopping();
	}
}

/** The runtime in the foreground: it hands on what it reads and writes, or has a terminal in common with the program. */
function start(path: string, argv: readonly string[], hooks: RunHooks) {
	const {stdin = 'ignore', terminal} = hooks;
	if (terminal) {
		const stdio = [terminal.stdin, terminal.stdout, terminal.stderr];
		return {child: spawn(path, argv, {env, stdio}), output: []};
	}
	const [stdout, stderr] = [openPipe(), openPipe()];
	const child = spawn(path, argv, {env, stdio: [stdin, stdout.writer, stderr.writer]});
	for (const {writer} of [stdout, stderr]) closeSync(writer);
	return {child, output: [forward('stdout', stdout.reader, hooks), forward('stderr', stderr.reader, hooks)]};
}

async function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
	await once(child, 'exit');
	return child.exitCode ?? child.signalCode ?? 1;
}

/** Nothing else of our environment. */
const env = {PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin'};

function globalFlags(line: CommandLine, log: string): string[] {
	return ['--root', line.state, ...line.flags, '--log', log, '--log-format', 'json'];
}

async function forward(name: 'stdout' | 'stderr', pipe: number, hooks: RunHooks): Promise<void> {
	const stream: AsyncIterable<Uint8Array> = new Socket({fd: pipe, readable: true, writable: false});
	for await (const data of stream) if ((await hooks.onOutput(name, data)) === 'closed') return;
}

interface Running {
	readonly container: Container;
	readonly child: {kill(signal: NodeJS.Signals | number): boolean};
}

/** Arms the abort; the answer disarms it, and resolves when a container that was stopped by force is gone. */
function stopOnAbort(line: CommandLine, running: Running, signal: AbortSignal | undefined): () => Promise<void> {
	const over = new AbortController();
	let stopping: Promise<void> | undefined;
	const begin = () => {
		stopping = stop(line, running, over.signal);
	};
	if (signal?.aborted) begin();
	else signal?.addEventListener('abort', begin, {once: true});
	return async () => {
		signal?.removeEventListener('abort', begin);
		over.abort();
		await stopping;
		if (stopping) await tell(line, ['delete', '--force', running.container.id]);
	};
}

/** A runtime that has not made its container yet ends by the signal itself; Node knows of no real-time signals. */
async function send(line: CommandLine, {container, child}: Running, signal: number): Promise<void> {
	if (await tell(line, ['kill', container.id, `${signal}`])) return;
	child.kill(Object.values<number>(constants.signals).includes(signal) ? signal : 'SIGTERM');
}

async function stop(line: CommandLine, {container, child}: Running, over: AbortSignal): Promise<void> {
	await tell(line, ['kill', container.id, 'TERM']);
	await delay(grace, undefined, {signal: over}).catch(() => undefined);
	if (over.aborted) return;
	const killed = await tell(line, ['kill', container.id, 'KILL']);
	if (!killed) child.kill('SIGKILL');
}

/** A command to the runtime about a container; false if it could not (most often: it is gone already). */
async function tell(line: CommandLine, argv: readonly string[]): Promise<boolean> {
	const {execa} = await import('execa');
	const words = ['--root', line.state, ...line.flags, ...argv];
	const {exitCode} = await execa(line.path, words, {stdio: 'ignore', reject: false, extendEnv: false, env});
	return exitCode === 0;
}

function refused(line: CommandLine, message: string): StrataError {
	return new MachineError('RUNTIME_FAILED', `${line.name} could not start the program of RUN`, {
		notes: [`${line.name} ${line.version} says: ${message}`],
		help: ['see what this machine can do: strata doctor'],
	});
}
