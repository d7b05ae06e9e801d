import {execFileSync} from 'node:child_process';
import {accessSync, constants} from 'node:fs';
import {delimiter, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';

/** `test` where these programs are in PATH; elsewhere a test that is skipped and says in its title what is missing. */
export function testWith(programs: readonly string[], ...conditions: readonly (string | false)[]) {
	const missing = [
		...programs.filter(name => !hasProgram(name)).map(name => `no ${name} in PATH`),
		...conditions,
	].filter(condition => condition !== false);
	if (missing.length === 0) return (title: string, body: Body) => test.serial(title, body);
	return (title: string, body: Body) => test.skip(`${title} (not run: ${missing.join(', ')})`, body);
}

type Body = (t: ExecutionContext) => Promise<void> | void;

function hasProgram(name: string): boolean {
	return (process.env.PATH ?? '').split(delimiter).some(folder => isExecutable(join(folder, name)));
}

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/** What a program prints on stdout. Throws, with its stderr, if it fails. */
export function output(program: string, ...args: readonly string[]): string {
	return execFileSync(program, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
}
