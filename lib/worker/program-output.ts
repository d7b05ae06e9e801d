import type {RunJob} from '../runtime/job.ts';
import type {RunHooks} from '../runtime/runtime.ts';
import {openAttached, writeAttached} from './attached.ts';
import type {RunRequest} from './messages.ts';
import {openLog} from './output-log.ts';
import {redactor} from './redact.ts';
import type {Correspondence} from './serve.ts';
import type {RunOutput} from './worker.ts';

/** Where the output of a program goes, and its input comes from. */
export interface ProgramOutput extends Disposable {
	readonly hooks: Pick<RunHooks, 'onOutput' | 'stdin' | 'terminal'>;
	/** Hands on what was held back. */
	end(): Promise<void>;
}

/** As the caller wants it: into a log, or to where the worker was attached to. */
export function programOutput(
	job: RunJob,
	{output, secrets = []}: RunRequest['options'],
	to: Correspondence,
): ProgramOutput {
	if ('logFile' in output) return loggedOutput(output.logFile, secrets, to);
	const stdio = openAttached();
	const input = job.terminal ? {terminal: stdio} : output.stdin ? {stdin: stdio.stdin} : {};
	return {hooks: {onOutput: writeAttached, ...input}, end: async () => {}, [Symbol.dispose]: () => {}};
}

/** The output is in the log, with secrets masked, before anybody hears of it. */
function loggedOutput(logFile: string, secrets: readonly Uint8Array[], to: Correspondence): ProgramOutput {
	const log = openLog(logFile);
	const redactors = {stdout: redactor(secrets), stderr: redactor(secrets)};
	const tell = async (stream: RunOutput['stream'], data: Uint8Array) => {
		if (data.length > 0) await to.post({kind: 'output', output: log.append(stream, data)});
		return undefined;
	};
	return {
		hooks: {onOutput: (stream, data) => tell(stream, redactors[stream].push(data))},
		async end() {
			for (const stream of ['stdout', 'stderr'] as const) await tell(stream, redactors[stream].end());
		},
		[Symbol.dispose]: () => log[Symbol.dispose](),
	};
}
