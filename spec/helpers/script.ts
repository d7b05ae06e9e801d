import {spawn} from 'node:child_process';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import type {ExecutionContext} from 'ava';
import {folderFor} from './folder.ts';

/** How a script ended. */
export interface ScriptEnd {
	readonly status: number | NodeJS.Signals;
	readonly stdout: string;
	readonly stderr: string;
}

/** Options of a script: arguments of node before it, and what it reads as `process.argv` from the second on. */
export interface ScriptOptions {
	readonly flags?: readonly string[];
	readonly root?: string;
}

/** Runs a module in a process of its own that has the public API as globals `strata` and `build`, and `root`, a path for a store. */
export async function endOfScript(
	t: ExecutionContext,
	source: string,
	{flags = [], root}: ScriptOptions = {},
): Promise<ScriptEnd> {
	const store = root ?? join(await folderFor(t), 'store');
	const api = new URL('../../lib/index.js', import.meta.url).href;
	const prelude = `import * as strata from ${JSON.stringify(api)}; const {build} = strata; const root = ${JSON.stringify(store)};`;
	const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', `${prelude}\n${source}`], {
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const ended = new Promise<number | NodeJS.Signals>(resolve => {
		child.on('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
	});
	const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
	return {status, stdout, stderr};
}
