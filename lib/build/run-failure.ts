import {constants as osConstants} from 'node:os';
import {StepFailedError} from '../errors.ts';
import {podmanWay} from '../export/podman.ts';
import type {RunStep} from '../plan/plan.ts';
import {findProgram} from '../programs.ts';
import type {Builder} from './builder.ts';
import {writeImage} from './finish.ts';
import {logTail} from './logs.ts';
import type {StageState} from './step.ts';

/** How the program of a RUN ended. */
export interface RunEnd {
	readonly status: number | NodeJS.Signals;
	readonly logFile: string;
	readonly ms: number;
}

/** The error of a RUN that failed: what it ran, what it printed last, and an image of what it started from to look at. */
export async function runFailure(
	step: RunStep,
	end: RunEnd,
	before: StageState,
	builder: Builder,
): Promise<StepFailedError> {
	const {lines, last} = logTail(end.logFile, 20);
	const image = await keepStart(before, builder);
	return new StepFailedError(
		reason(end),
		{step: step.id, command: step.command, status: end.status, logTail: last, logFile: end.logFile},
		{
			location: step.location,
			notes: [
				`${commandLine(step.command)}, user ${step.user || 'root'}, directory ${step.workdir}`,
				`whole output, ${lines} ${lines === 1 ? 'line' : 'lines'}: strata logs ${shellWord(step.label)}`,
			],
			help: image === undefined ? [] : [`look at what it started from:\n  ${image} /bin/sh`],
		},
	);
}

function reason({status, ms}: RunEnd): string {
	const time = `${(ms / 1000).toFixed(1)}s`;
	if (typeof status === 'number') return `RUN failed with exit code ${status} after ${time}`;
	return `RUN was killed by signal ${osConstants.signals[status]} after ${time}`;
}

/**
 * Names the state before the step `failed:BUILD`; prune takes it after a day. Answers with what starts it, where there is
 * something that can. Its own failure must not hide the step's.
 */
async function keepStart(before: StageState, builder: Builder): Promise<string | undefined> {
	const name = `failed:${builder.id}`;
	const reference = `oci:${builder.store.root}:${name}`;
	try {
		const {descriptor} = await writeImage({state: before, platform: before.draft.platform}, builder);
		await builder.store.images.tagFailed(descriptor, name);
		const way = await podmanWay(builder.store);
		if (way === 'layout') return `podman run --rm -it ${reference}`;
		if (way === 'load' && findProgram('skopeo')) {
			return `skopeo copy -q ${reference} containers-storage:${name} && podman run --rm -it ${name}`;
		}
		return undefined;
	} catch {
		return undefined;
	}
}

/** A command as one could type it. */
function commandLine(argv: readonly string[]): string {
	return argv.map(shellWord).join(' ');
}

function shellWord(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
