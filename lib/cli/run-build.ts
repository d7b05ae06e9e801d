import {join} from 'node:path';
import {AbortedError, StrataError} from '../errors.ts';
import {type Build, type BuildOptions, type BuildResult, build, podmanRuns} from '../index.ts';
import type {Arguments} from './command.ts';
import {bugLines, type CrashSite} from './crash.ts';
import {deliver, withdraw} from './deliver.ts';
import {errorLines} from './error-text.ts';
import {progressMode} from './mode.ts';
import {chooseReporter} from './report/choose.ts';
import {type Closing, closing} from './report/closing.ts';
import type {Reporter} from './report/reporter.ts';
import {rootOf} from './root.ts';
import type {Shell} from './shell.ts';
import {onStopSignals} from './signals.ts';
import {findTools} from './tools.ts';
import type {Tracer} from './trace.ts';

/** Builds, tells of it, and answers with the exit code. */
export async function runBuild(options: BuildOptions, args: Arguments, shell: Shell): Promise<number> {
	const root = await rootOf(args, shell);
	const {mode, note} = progressMode(args.text('progress'), shell);
	const shownAs = args.has('quiet') && mode !== 'rawjson' ? 'quiet' : mode;
	const sumsUp = shownAs !== 'quiet' && shownAs !== 'rawjson';
	if (note && !args.has('quiet')) shell.stderr.write(`${note}\n`);

	withdraw(args);
	const running = toBeFollowed(build({...options, root}));
	const tools = findTools(['podman', 'docker', 'skopeo'], shell.env);
	const closes = closing(
		{
			root,
			tools,
			...(sumsUp && tools.includes('podman') ? {askPodman: () => podmanRuns({root}).catch(() => undefined)} : {}),
			loadCommand: loadCommand(args),
			checkCommand: checkCommand(args),
		},
		shell,
	);
	const reporter = await chooseReporter(shownAs, {
		shell,
		closes,
		logs: join(root, 'logs', running.id),
	});
	const traced = await tracing(args.text('trace'));
	let result: BuildResult;
	try {
		result = await follow(running, reporter, {closes, stderr: shell.stderr, traced});
	} catch (error) {
		const tell = (error: unknown) => tellFailure(error, {build: running.id, root}, {shell, silent: mode === 'rawjson'});
		const code = await tell(error);
		try {
			traced?.write();
		} catch (failure) {
			await tell(failure);
		}
		return code;
	}
	// what was built is not lost over its trace
	deliver(result, running.id, args, shell);
	traced?.write();
	return 0;
}

async function tracing(file: string | undefined): Promise<Tracer | undefined> {
	return file === undefined ? undefined : (await import('./trace.ts')).tracer(file);
}

/** The events tell it already where they are all that is printed. */
export async function tellFailure(
	error: unknown,
	site: CrashSite,
	{shell, silent}: {readonly shell: Shell; readonly silent: boolean},
): Promise<number> {
	if (error instanceof AbortedError) return error.exitCode;
	const lines = error instanceof StrataError ? errorLines(error, shell) : await bugLines(error, shell, site);
	if (!silent) shell.stderr.write(`${lines.join('\n')}\n`);
	return error instanceof StrataError ? error.exitCode : 1;
}

interface Telling {
	readonly closes: Closing;
	readonly stderr: NodeJS.WriteStream;
	readonly traced?: Tracer | undefined;
}

/** Whoever reads our lines is behind: events wait in the log until then, not in memory. One who has left waits for nothing. */
function drained(stderr: NodeJS.WriteStream): Promise<void> {
	return new Promise(resolve => {
		const go = () => {
			stderr.off('drain', go).off('close', go).off('error', go);
			resolve();
		};
		stderr.on('drain', go).on('close', go).on('error', go);
	});
}

/** A build that fails while its reporter is still being loaded: who follows it then hears of that, and nobody else has to. */
export function toBeFollowed(running: Build): Build {
	running.then(undefined, () => {});
	return running;
}

/** Hands every event to the reporter until the build is over. The first signal stops the build. */
export async function follow(
	running: Build,
	reporter: Reporter,
	{closes, stderr, traced}: Telling,
): Promise<BuildResult> {
	using _signals = onStopSignals({
		stop(reason) {
			reporter.stopping();
			void running.stop(reason);
		},
		kill: () => reporter.end(),
	});
	const ticking = setInterval(() => reporter.tick(), 100);
	try {
		for await (const event of running) {
			await closes.event(event);
			traced?.event(event);
			reporter.event(event);
			if (stderr.writableNeedDrain && stderr.writableLength > 0) await drained(stderr);
		}
		return await running;
	} finally {
		clearInterval(ticking);
		reporter.end();
	}
}

/** The command that would hand the same image to docker; none where it cannot be typed again. */
function loadCommand(args: Arguments): readonly string[] {
	const {typed, words} = args;
	const [context] = words;
	if (context === undefined || !isRepeatable(args)) return [];
	const at = typed.lastIndexOf(context);
	return ['strata', 'build', ...typed.filter((_, index) => index !== at), '--load', context];
}

/** The command that lists all that is to be said of the same Dockerfile; none where it cannot be typed again. */
function checkCommand(args: Arguments): readonly string[] {
	const {words, texts} = args;
	if (words[0] === undefined || !isRepeatable(args)) return [];
	const same = ['file', 'target', 'build-arg', 'build-context', 'platform'];
	const flags = same.flatMap(name => texts(name).flatMap(value => [`--${name}`, value]));
	return ['strata', 'build', '--check', ...flags, words[0]];
}

/** Stdin was read and is gone. Values of build args are said by nobody but who typed them: they are secrets more often than they should be. */
function isRepeatable({typed, texts}: Arguments): boolean {
	return !typed.includes('-') && !texts('build-arg').some(text => text.includes('='));
}
