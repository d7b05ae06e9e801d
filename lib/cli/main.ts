import {resolve} from 'node:path';
import {suggest} from '../dockerfile/suggest.ts';
import {AbortedError, StoreError, StrataError, UsageError} from '../errors.ts';
import {readArguments, type Typed} from './arguments.ts';
import type {Command} from './command.ts';
import {commands} from './commands.ts';
import {errorLines} from './error-text.ts';
import {type Flag, globalFlags} from './flags.ts';
import {commandHelp, mainHelp} from './help.ts';
import {processShell, type Shell} from './shell.ts';

/**
 * Does what a command line says, and answers with the exit code (UX.md section 3). Help and errors of usage load
 * neither the library nor yargs.
 */
export async function main(argv: readonly string[]): Promise<number> {
	if (!standsSomewhere()) return nowhere();
	const shell = processShell({color: !argv.includes('--no-color')});
	watchStreams(shell);
	process.once('uncaughtException', error => void fail(error, argv, shell).then(code => process.exit(code)));
	try {
		return await dispatch(argv, shell);
	} catch (error) {
		// who leaves a question knows that
		return error instanceof AbortedError ? error.exitCode : fail(error, argv, shell);
	}
}

async function dispatch(argv: readonly string[], shell: Shell): Promise<number> {
	const at = commandPlace(argv);
	const name = argv[at];
	const typed = argv.filter((_, index) => index !== at);
	if (name === undefined) return withoutCommand(typed, shell);

	const command = await loadCommand(name);
	const {exitCodeOf} = command;
	const followed = follow(command, typed, shell);
	if (!exitCodeOf) return followed;
	return followed.catch(async error => {
		await fail(error, argv, shell);
		return exitCodeOf(error);
	});
}

async function follow(command: Command, typed: readonly string[], shell: Shell): Promise<number> {
	const {flagsFirst = false} = command;
	if (!flagsFirst && asksForHelp(typed)) return print(commandHelp(command), shell);
	const flags = [...command.flags, ...globalFlags.filter(({name}) => !command.flags.some(flag => flag.name === name))];
	const read = readArguments(typed, flags, {command: command.name, flagsFirst});
	if (isGiven('help', read)) return print(commandHelp(command), shell);
	if (isGiven('version', read))
		return loadCommand('version').then(version => execute(version, {read, typed, flags}, shell));
	if (!wantsJson(typed, shell.env) && !isGiven('quiet', read)) noteIgnored(read, shell);
	return execute(command, {read, typed, flags}, shell);
}

interface Line {
	readonly read: Typed;
	readonly typed: readonly string[];
	readonly flags: readonly Flag[];
}

async function execute(command: Command, {read, typed, flags}: Line, shell: Shell): Promise<number> {
	const {parseArguments} = await import('./parse.ts');
	return command.run(parseArguments(read, typed, flags), shell);
}

async function withoutCommand(typed: readonly string[], shell: Shell): Promise<number> {
	if (asksForHelp(typed)) return print(mainHelp, shell);
	const read = readArguments(typed, globalFlags);
	if (isGiven('version', read)) return execute(await loadCommand('version'), {read, typed, flags: globalFlags}, shell);
	shell.stderr.write(mainHelp);
	return 2;
}

/** Where the command's name stands: global flags may come before it. */
function commandPlace(argv: readonly string[]): number {
	const at = argv.findIndex((word, index) => !word.startsWith('-') && argv[index - 1] !== '--root');
	return at === -1 ? argv.length : at;
}

async function loadCommand(name: string): Promise<Command> {
	const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
	if (load) return (await load()).command;
	const [near] = suggest(name, Object.keys(commands));
	throw new UsageError('UNKNOWN_COMMAND', `unknown command ${name}`, {
		help: [...(near ? [`did you mean ${near}?`] : []), 'all commands: strata --help'],
	});
}

function asksForHelp(typed: readonly string[]): boolean {
	const end = typed.indexOf('--');
	return typed.slice(0, end === -1 ? typed.length : end).some(word => word === '--help' || word === '-h');
}

function isGiven(name: string, {flags}: Typed): boolean {
	return flags.some(({flag, value}) => flag.name === name && value === 'true');
}

/** What is accepted and ignored is said, once a flag. */
function noteIgnored({flags}: Typed, {stderr}: Shell): void {
	const notes = flags.flatMap(({flag}) =>
		flag.ignored ? [`note: --${flag.name} does nothing here: ${flag.ignored}\n`] : [],
	);
	for (const note of new Set(notes)) stderr.write(note);
}

function print(text: string, {stdout}: Shell): number {
	stdout.write(text);
	return 0;
}

/** Whoever reads may leave: that is no error of ours, nor of theirs. */
function watchStreams({stdout, stderr}: Shell): void {
	stdout.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code === 'EPIPE') process.exit(0);
		const help = ['where stdout goes, is there room?'];
		throw new StoreError('STDOUT', `cannot write to stdout: ${error.code}`, {cause: error, help});
	});
	stderr.on('error', () => {});
}

function standsSomewhere(): boolean {
	try {
		process.cwd();
		return true;
	} catch {
		return false;
	}
}

/** Nothing can be said of paths in a folder that was deleted, and Node itself cannot be asked where that was. */
function nowhere(): number {
	process.stderr.write('error: the folder you stand in is not there any more\nhelp: go to one that is: cd\n');
	return 2;
}

async function fail(error: unknown, argv: readonly string[], shell: Shell): Promise<number> {
	const exitCode = error instanceof StrataError ? error.exitCode : 1;
	const lines = error instanceof StrataError ? errorLines(error, shell) : await bugReport(error, argv, shell);
	shell.stderr.write(wantsJson(argv, shell.env) ? errorAsJson(error, exitCode) : `${lines.join('\n')}\n`);
	return exitCode;
}

async function bugReport(error: unknown, argv: readonly string[], shell: Shell): Promise<readonly string[]> {
	const {bugLines} = await import('./crash.ts');
	const root = typedValue('root', argv);
	return bugLines(error, shell, {root: root && resolve(shell.cwd, root)});
}

/** Under rawjson not one line is anything else, whatever goes wrong before the build starts. */
function wantsJson(argv: readonly string[], env: NodeJS.ProcessEnv): boolean {
	return (typedValue('progress', argv) ?? env.STRATA_PROGRESS ?? env.BUILDKIT_PROGRESS) === 'rawjson';
}

/** What was typed for a flag, though the rest of the line may be wrong. */
function typedValue(flag: 'progress' | 'root', argv: readonly string[]): string | undefined {
	return argv.join('\n').match(new RegExp(`^--${flag}[=\n](.*)$`, 'm'))?.[1];
}

function errorAsJson(error: unknown, exitCode: number): string {
	const code = error instanceof StrataError ? error.code : 'BUG';
	const help = error instanceof StrataError ? error.help : [];
	const message = error instanceof Error ? error.message : String(error);
	return `${JSON.stringify({v: 1, type: 'error', t: 0, code, exitCode, message, help})}\n`;
}
