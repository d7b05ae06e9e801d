import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {UsageError} from '../errors.ts';
import type {BuildLog, CatalogOptions, LogChunk, LoggedStep, LogOptions} from './catalog.ts';
import {stepLog} from './log-file.ts';
import {isInUse, rootOf} from './open.ts';

/** The builds whose logs are kept, the last one first. */
export function buildLogs(options: CatalogOptions = {}): readonly BuildLog[] {
	const folder = join(rootOf(options), 'logs');
	return namesIn(folder)
		.flatMap(name => readDescription(join(folder, name)) ?? [])
		.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/**
 * What the steps of a build printed, one step after the other, each in the order it came; with `follow` as it comes,
 * until the build has ended. Rejects with a UsageError if there is no such build or step, with the reason of `signal`
 * when it is aborted.
 */
export async function* readLog(options: LogOptions = {}): AsyncGenerator<LogChunk> {
	const log = findBuild(options);
	const folder = join(rootOf(options), 'logs', log.build);
	const steps = options.step === undefined ? log.steps : [findStep(options.step, log)];
	const readers = steps.map(step => ({step, read: stepLog(join(folder, `${step.id}.log`))}));
	for (;;) {
		const ended = !options.follow || (await isOver(folder, rootOf(options)));
		for (const {step, read} of readers) for (const piece of read()) yield {step, ...piece};
		if (ended) return;
		await pause(options.signal);
	}
}

/** A build that was killed says nothing of its end, but no longer has the store open. */
async function isOver(folder: string, root: string): Promise<boolean> {
	return readDescription(folder)?.ended !== undefined || !(await isInUse(root));
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
	await sleep(150, undefined, signal ? {signal} : {}).catch(() => signal?.throwIfAborted());
}

function findBuild(options: LogOptions): BuildLog {
	const logs = buildLogs(options);
	const found = options.build === undefined ? logs[0] : logs.find(({build}) => build === options.build);
	if (found) return found;
	if (options.build === undefined) {
		throw new UsageError('NO_LOGS', 'no build has left a log in this store', {help: ['another store: --root DIR']});
	}
	throw new UsageError('BUILD_UNKNOWN', `no log of a build ${options.build}`, {
		notes: [`there are ${logs.map(({build}) => build).join(', ') || 'none'}`],
		help: ['those of the last build: strata logs'],
	});
}

/** By id, by label, or by the number in a label that no other step has: `2/3`, `2`. */
function findStep(text: string, {build, steps}: BuildLog): LoggedStep {
	const matches = [
		steps.filter(({id, label}) => id === text || label === text),
		steps.filter(({label}) => label.endsWith(` ${text}`)),
		steps.filter(({label}) => label.replace(/\/.*/, '') === text),
	];
	const [found, other] = matches.find(each => each.length > 0) ?? [];
	if (found && !other) return found;
	const reason = found ? `several steps of build ${build} are called ${text}` : `build ${build} has no step ${text}`;
	throw new UsageError(found ? 'STEP_AMBIGUOUS' : 'STEP_UNKNOWN', reason, {
		notes: [`it has ${steps.map(({label}) => label).join(', ')}`],
		help: ['all of it: strata logs'],
	});
}

/** undefined for a build that ended before it knew its steps. */
function readDescription(folder: string): BuildLog | undefined {
	try {
		return JSON.parse(readFileSync(join(folder, 'build.json'), 'utf8')) as BuildLog;
	} catch (error) {
		if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
}

function namesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
}
