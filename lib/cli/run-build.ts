import {closeSync, openSync, readSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {AbortedError, StoreError, StrataError} from '../errors.ts';
import {type Build, type BuildOptions, type BuildResult, build} from '../index.ts';
import type {Arguments} from './command.ts';
import {bugLines} from './crash.ts';
import {errorLines} from './error-text.ts';
import {type Mode, progressMode} from './mode.ts';
import {type Closing, closing} from './report/closing.ts';
import {plainReporter} from './report/plain.ts';
import {quietReporter} from './report/quiet.ts';
import {rawjsonReporter} from './report/rawjson.ts';
import type {Reporter, ReportOptions} from './report/reporter.ts';
import {rootOf} from './root.ts';
import type {Shell} from './shell.ts';
import {onStopSignals} from './signals.ts';
import {findTools} from './tools.ts';

/** Builds, tells of it, and answers with the exit code. */
export async function runBuild(options: BuildOptions, args: Arguments, shell: Shell): Promise<number> {
	const root = await rootOf(args, shell);
	const {mode, note} = progressMode(args.text('progress'), shell);
	if (note && !args.has('quiet')) shell.stderr.write(`${note}\n`);

	const running = build({...options, root});
	const closes = closing(
		{root, tools: findTools(['podman', 'docker', 'skopeo'], shell.env), loadCommand: loadCommand(args)},
		shell,
	);
	const reporter = await reporterFor(mode, args, {shell, closes, logs: join(root, 'logs', running.id)});
	try {
		const result = await follow(running, reporter, closes);
		deliver(result, args, shell);
		return 0;
	} catch (error) {
		if (error instanceof AbortedError) return error.exitCode;
		const isBug = !(error instanceof StrataError);
		const lines = isBug ? await bugLines(error, shell, {build: running.id, root}) : errorLines(error, shell);
		if (mode !== 'rawjson') shell.stderr.write(`${lines.join('\n')}\n`);
		return isBug ? 1 : error.exitCode;
	}
}

/** Hands every event to the reporter until the build is over. The first signal stops the build. */
async function follow(running: Build, reporter: Reporter, closes: Closing): Promise<BuildResult> {
	using _signals = onStopSignals(reason => {
		reporter.stopping();
		void running.stop(reason);
	});
	const ticking = setInterval(() => reporter.tick(), 100);
	try {
		for await (const event of running) {
			closes.event(event);
			reporter.event(event);
		}
		return await running;
	} finally {
		clearInterval(ticking);
		reporter.end();
	}
}

interface ReporterParts {
	readonly shell: Shell;
	readonly closes: Closing;
	/** The folder of the build's logs. */
	readonly logs: string;
}

async function reporterFor(mode: Mode, args: Arguments, {shell, closes, logs}: ReporterParts): Promise<Reporter> {
	const {env, err, stderr} = shell;
	const write = (text: string) => void stderr.write(text);
	if (mode === 'rawjson') return rawjsonReporter(write);
	const printing = {write, colors: err.color, github: env.GITHUB_ACTIONS === 'true'};
	if (args.has('quiet')) return quietReporter(printing);
	const options: ReportOptions = {
		now: () => performance.now(),
		write,
		readLog: (step, offset, length) => readPart(join(logs, `${step}.log`), offset, length),
		closing: finished => closes.lines(finished),
	};
	if (mode === 'plain') return plainReporter({...options, ...printing});
	const [{oraScreen}, {ttyReporter}] = await Promise.all([import('./report/screen.ts'), import('./report/tty.ts')]);
	return ttyReporter(oraScreen(stderr, err), {...options, style: err, logLines: logLines(env)});
}

/** How many lines of output the live area shows of a step that runs alone. */
function logLines({STRATA_LOG_LINES, BUILDKIT_TTY_LOG_LINES}: NodeJS.ProcessEnv): number {
	const asked = STRATA_LOG_LINES ?? BUILDKIT_TTY_LOG_LINES ?? '';
	return /^\d{1,3}$/.test(asked) ? Number(asked) : 4;
}

function readPart(file: string, offset: number, length: number): Uint8Array {
	const descriptor = openSync(file, 'r');
	try {
		const data = Buffer.alloc(length);
		return data.subarray(0, readSync(descriptor, data, 0, length, offset));
	} finally {
		closeSync(descriptor);
	}
}

/** The results on stdout and in files. */
function deliver({id, digest, names, size, layers, platforms}: BuildResult, args: Arguments, {stdout}: Shell): void {
	const file = args.text('iidfile');
	if (file !== undefined) writeID(file, id);
	if (args.has('json')) {
		const diffIDs = layers.map(({descriptor, diffID}) => ({digest: descriptor.digest, diffID, size: descriptor.size}));
		stdout.write(`${JSON.stringify({names, id, digest, size, platforms, layers: diffIDs}, undefined, 2)}\n`);
	} else if (args.has('quiet')) {
		stdout.write(`${id}\n`);
	}
}

function writeID(file: string, id: string): void {
	try {
		writeFileSync(file, id);
	} catch (cause) {
		throw new StoreError('IIDFILE', `cannot write the id to ${file}`, {
			cause,
			notes: [cause instanceof Error ? cause.message : String(cause)],
		});
	}
}

/** The command that would hand the same image to docker; none where stdin was read, which cannot be typed again. */
function loadCommand({typed, words}: Arguments): readonly string[] {
	const [context] = words;
	if (context === undefined || typed.includes('-')) return [];
	const at = typed.lastIndexOf(context);
	return ['strata', 'build', ...typed.filter((_, index) => index !== at), '--load', context];
}
