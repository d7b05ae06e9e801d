import {execFileSync} from 'node:child_process';
import {accessSync, constants} from 'node:fs';
import {delimiter, join} from 'node:path';
import {unless} from './skip.ts';

/** Why a spec that needs these programs is skipped; undefined if all are in PATH. */
export function without(...programs: readonly string[]): string | undefined {
	const missing = programs.filter(name => !hasProgram(name));
	return missing.length === 0 ? undefined : `no ${missing.join(', ')} in PATH`;
}

/** `test`, where these programs are in PATH. */
export function testWith(programs: readonly string[]): ReturnType<typeof unless> {
	return unless(without(...programs));
}

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
