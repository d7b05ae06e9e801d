import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';

/** Starts another process that uses a store: see store-process.ts. It is killed with the test, if it is still there. */
export function storeProcess(t: ExecutionContext, ...args: readonly string[]): ChildProcess {
	const script = fileURLToPath(new URL('./store-process.js', import.meta.url));
	const child = spawn(process.execPath, [script, ...args], {stdio: ['pipe', 'pipe', 'inherit']});
	t.teardown(() => child.kill('SIGKILL'));
	return child;
}

/** Resolves when the process says that it has what it wants. */
export async function ready(child: ChildProcess): Promise<void> {
	for await (const chunk of child.stdout ?? []) if (String(chunk).includes('ready')) return;
	throw new Error('the process ended before it was ready');
}

/** The exit code or signal of a process, once it has ended. */
export async function ended(child: ChildProcess): Promise<number | NodeJS.Signals> {
	if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
	return child.exitCode ?? child.signalCode ?? 'SIGKILL';
}
