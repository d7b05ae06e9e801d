import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {MachineError, type StrataError} from '../errors.ts';
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
	const {execa} = await import('execa');
	const log = join(container.bundle, 'runtime.log');
	const argv = [...globalFlags(line, log), 'run', '--bundle', container.bundle, container.id];
	const child = execa(line.path, argv, {...settings, stdout: 'pipe', stderr: 'pipe'});
	const stopping = stopOnAbort(line, {container, child}, hooks.signal);
	try {
		await Promise.all([forward('stdout', child.stdout, hooks), forward('stderr', child.stderr, hooks)]);
		const {exitCode, signal} = await child;
		const refusal = runtimeMessage(log);
		if (refusal !== undefined && exitCode !== 0 && !hooks.signal?.aborted) throw refused(line, refusal);
		return {status: signal ?? statusOf(exitCode ?? 1)};
	} finally {
		child.kill('SIGKILL');
		await stopping();
	}
}

/** Nothing of our environment, no terminal, no limit on what is read, and no rejection for a program's own failure. */
const settings = {
	stdin: 'ignore',
	buffer: false,
	encoding: 'buffer',
	reject: false,
	extendEnv: false,
	env: {PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin'},
} as const;

function globalFlags(line: CommandLine, log: string): string[] {
	return ['--root', line.state, ...line.flags, '--log', log, '--log-format', 'json'];
}

async function forward(name: 'stdout' | 'stderr', stream: AsyncIterable<Uint8Array>, hooks: RunHooks): Promise<void> {
	for await (const data of stream) await hooks.onOutput(name, data);
}

interface Running {
	readonly container: Container;
	readonly child: {kill(signal: NodeJS.Signals): boolean};
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
	const {exitCode} = await execa(line.path, ['--root', line.state, ...line.flags, ...argv], {
		...settings,
		stdout: 'ignore',
		stderr: 'ignore',
	});
	return exitCode === 0;
}

function refused(line: CommandLine, message: string): StrataError {
	return new MachineError('RUNTIME_FAILED', `${line.name} could not start the program of RUN`, {
		notes: [`${line.name} ${line.version} says: ${message}`],
		help: ['see what this machine can do: strata doctor'],
	});
}
