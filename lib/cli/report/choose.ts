import {closeSync, openSync, readSync} from 'node:fs';
import {join} from 'node:path';
import type {Mode} from '../mode.ts';
import type {Shell} from '../shell.ts';
import type {Closing} from './closing.ts';
import {plainReporter} from './plain.ts';
import {quietReporter} from './quiet.ts';
import {rawjsonReporter} from './rawjson.ts';
import type {Reporter, ReportOptions} from './reporter.ts';

export interface ReporterParts {
	readonly shell: Shell;
	readonly closes: Closing;
	/** The folder of the build's logs. */
	readonly logs: string;
}

/** The reporter for a mode. What draws on a terminal is loaded only where it is used. */
export async function chooseReporter(mode: Mode | 'quiet', {shell, closes, logs}: ReporterParts): Promise<Reporter> {
	const {env, err, stderr} = shell;
	const write = (text: string) => void stderr.write(text);
	if (mode === 'rawjson') return rawjsonReporter(write);
	const printing = {write, colors: err.color, github: env.GITHUB_ACTIONS === 'true'};
	if (mode === 'quiet') return quietReporter(printing);
	const options: ReportOptions = {
		now: () => performance.now(),
		write,
		readLog: (step, offset, length) => readPart(join(logs, `${step}.log`), offset, length),
		closing: finished => closes.lines(finished),
	};
	if (mode === 'plain') return plainReporter({...options, ...printing});
	const [{oraScreen}, {ttyReporter}] = await Promise.all([import('./screen.ts'), import('./tty.ts')]);
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
