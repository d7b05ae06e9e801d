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

/** Where a script runs. */
export interface ScriptOptions {
	readonly cwd?: string;
	readonly env?: Readonly<Record<string, string>>;
}

/** Runs a module in a process of its own that has the public API as `strata` and `build`, and `root`, a path for a store. */
export async function endOfScript(
	t: ExecutionContext,
	source: string,
	{cwd, env}: ScriptOptions = {},
): Promise<ScriptEnd> {
	const root = join(await folderFor(t), 'store');
	const api = new URL('../../lib/index.js', import.meta.url).href;
	const prelude = `import * as strata from ${JSON.stringify(api)}; const {build} = strata; const root = ${JSON.stringify(root)};`;
	const child = spawn(process.execPath, ['--input-type=module', '-e', `${prelude}\n${source}`], {
		stdio: ['ignore', 'pipe', 'pipe'],
		cwd,
		env: {...process.env, ...env},
	});
	const ended = new Promise<number | NodeJS.Signals>(resolve => {
		child.on('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
	});
	const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
	return {status, stdout, stderr};
}
