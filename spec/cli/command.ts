import {spawn} from 'node:child_process';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';

/** The command as compiled beside these specs. */
export const strataFile = fileURLToPath(new URL('../../bin/strata.js', import.meta.url));

export interface Ended {
	readonly status: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface Setting {
	readonly cwd?: string;
	/** Besides PATH and HOME. */
	readonly env?: Readonly<Record<string, string>>;
	readonly input?: string | Uint8Array;
	/** Arguments of Node before the file. */
	readonly node?: readonly string[];
	/** A script of the shell that runs the command as `"$@"`. */
	readonly script?: string;
}

/** Runs `strata …` with pipes. */
export function strata(args: readonly string[], {node = [], script, ...setting}: Setting = {}): Promise<Ended> {
	const words = [...node, strataFile, ...args];
	if (script === undefined) return run(process.execPath, words, setting);
	return run('/bin/sh', ['-c', script, 'sh', process.execPath, ...words], setting);
}

/** Runs `strata …` on a terminal of this size: what it writes is in `stdout`, escape sequences included. */
export function onTerminal(args: readonly string[], size: string, setting: Setting = {}): Promise<Ended> {
	const command = [process.execPath, strataFile, ...args].map(word => `'${word}'`).join(' ');
	return run('script', ['-qec', `stty ${size}; ${command}`, '/dev/null'], setting);
}

async function run(program: string, args: readonly string[], {cwd, env, input}: Setting): Promise<Ended> {
	const {PATH, HOME} = process.env;
	const child = spawn(program, args, {cwd, env: {PATH, HOME, LANG: 'C.UTF-8', TERM: 'xterm', ...env}});
	child.stdin.on('error', () => {});
	child.stdin.end(input);
	const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
	const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
	return {stdout, stderr, status};
}
