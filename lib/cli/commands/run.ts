import {StrataError} from '../../errors.ts';
import type {RunNews, RunningContainer} from '../../index.ts';
import type {Arguments, Command} from '../command.ts';
import {complaintLines} from '../error-text.ts';
import {addHost, type Flag} from '../flags.ts';
import {rootOf} from '../root.ts';
import {portNotes, runOptions} from '../run-options.ts';
import type {Shell} from '../shell.ts';

const flags: readonly Flag[] = [
	{group: 'Terminal', name: 'interactive', short: 'i', text: 'it reads our stdin'},
	{group: 'Terminal', name: 'tty', short: 't', text: 'it has our terminal, for input too'},
	{group: 'Program', name: 'entrypoint', value: 'PROGRAM', mayBeEmpty: true, text: "in place of the image's"},
	{
		group: 'Program',
		name: 'env',
		short: 'e',
		value: 'K[=V]',
		repeat: true,
		text: 'set a variable; no V: from the environment',
	},
	{
		group: 'Program',
		name: 'env-file',
		value: 'FILE',
		repeat: true,
		text: 'lines of K=V or K; --env wins',
	},
	{group: 'Program', name: 'workdir', short: 'w', value: 'DIR', text: 'where it begins'},
	{group: 'Program', name: 'user', short: 'u', value: 'USER[:GROUP]', text: 'who it is'},
	{
		group: 'Machine',
		name: 'volume',
		short: 'v',
		value: 'HOST:CTR[:ro]',
		repeat: true,
		text: 'show it a folder or file; repeatable',
	},
	{
		group: 'Machine',
		name: 'network',
		value: 'MODE',
		choices: ['host', 'none'],
		text: "this machine's, or none",
		default: 'host',
	},
	{
		group: 'Machine',
		name: 'publish',
		short: 'p',
		value: 'PORT',
		repeat: true,
		text: "its ports are this machine's already",
	},
	{group: 'Machine', ...addHost},
	{group: 'Machine', name: 'runtime', value: 'NAME', text: 'crun, runc or a path', default: 'what works'},
	{group: 'Machine', name: 'platform', value: 'OS/ARCH', text: 'of an image for several', default: 'this one'},
	{group: 'Keep', name: 'name', value: 'NAME', text: 'what it is called in ps, commit and rm'},
	{group: 'Keep', name: 'rm', text: 'keep nothing of what it changes'},
	{group: 'Keep', name: 'pull', text: 'ask the registry even if the image is here'},
];

export const command: Command = {
	name: 'run',
	usage: '[flags] IMAGE [COMMAND...]',
	purpose: [
		'Run a program from an image, to try it. What it changes is kept for commit.',
		'',
		'Ctrl-C and other signals are sent to the program; SIGTERM also ends it after',
		"10 s. Exits with the program's code (128 and the signal's number), with 125",
		'if strata failed, 126 if the program cannot be executed, 127 if there is none.',
	],
	flags,
	layout: 'groups',
	examples: [
		'strata run -it alpine sh                     look around, change things',
		'strata run --rm -v ./src:/src:ro app test    with files of this machine',
	],
	flagsFirst: true,
	exitCodeOf,
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	const options = runOptions(args, shell);
	for (const note of portNotes(args)) shell.stderr.write(`${note}\n`);
	const {runContainer} = await import('../../index.ts');
	const container = runContainer({...options, root: await rootOf(args, shell), onNews: teller(shell)});
	using _ = onSignals(container, shell);
	const {name, exitCode, changes = 0} = await container;
	if (options.terminal && changes > 0)
		shell.stderr.write(`kept as ${name}: strata commit ${name} NAME, or strata rm ${name}\n`);
	return exitCode;
}

/** Says what is waited for, each once, where somebody looks. */
function teller(shell: Shell): (news: RunNews) => void {
	const said = new Set<string>();
	const say = (text: string) => {
		if (shell.stderr.isTTY && !said.has(text)) shell.stderr.write(`${text}\n`);
		said.add(text);
	};
	let packing: number | undefined;
	return news => {
		if (news.type === 'warning') shell.stderr.write(`${complaintLines('warning', news, shell).join('\n')}\n`);
		else if (news.type === 'pulling') say(`pulling ${news.image}`);
		else {
			packing ??= performance.now();
			if (performance.now() - packing > 1_000) say('packing what it changed');
		}
	};
}

/** Ctrl-C is the program's; at the third it is killed, as with docker. */
function onSignals(container: RunningContainer, {stdout}: Shell): Disposable {
	let interrupts = 0;
	const interrupt = () => {
		interrupts += 1;
		container.kill(interrupts < 3 ? 'SIGINT' : 'SIGKILL');
	};
	const stop = (signal: NodeJS.Signals) => container.stop(signal === 'SIGHUP' ? signal : 'SIGTERM');
	const resize = () => container.kill('SIGWINCH');
	const forwarded = ['SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
	const forward = (signal: NodeJS.Signals) => container.kill(signal);
	process.on('SIGINT', interrupt).on('SIGTERM', stop).on('SIGHUP', stop);
	for (const signal of forwarded) process.on(signal, forward);
	stdout.on('resize', resize);
	return {
		[Symbol.dispose]() {
			process.off('SIGINT', interrupt).off('SIGTERM', stop).off('SIGHUP', stop);
			for (const signal of forwarded) process.off(signal, forward);
			stdout.off('resize', resize);
		},
	};
}

/** Docker's codes: https://docs.docker.com/engine/containers/run/#exit-status */
function exitCodeOf(error: unknown): number {
	if (!(error instanceof StrataError)) return 125;
	if (error.code === 'ABORTED') return error.exitCode;
	return {PROGRAM_MISSING: 127, PROGRAM_UNUSABLE: 126}[error.code] ?? 125;
}
