import {MachineError, StepError} from '../errors.ts';
import {formatPlatform} from '../oci/platform.ts';
import type {RunStep, Stage} from '../plan/plan.ts';
import type {RunJob} from '../runtime/job.ts';
import type {Snapshot} from '../snapshot/snapshot.ts';
import {type Emulator, emulatorFor} from '../worker/emulators.ts';
import {whyOneId} from '../worker/id-map.ts';
import {untilAborted} from '../worker/until-aborted.ts';
import type {Worker} from '../worker/worker.ts';
import type {Builder} from './builder.ts';
import {allLayers, type Files} from './files.ts';
import {cannotRun} from './foreign-platform.ts';
import type {KeyFields} from './key.ts';
import {finishLayer} from './pack-step.ts';
import {runFailure} from './run-failure.ts';
import {jobMount, type RunMounts, runMounts} from './run-mounts.ts';
import type {Stages} from './stage.ts';
import type {Made, Origin, StageState, StepWork, Turn} from './step.ts';
import {stepOutput} from './step-output.ts';
import {layersAtHand} from './supply.ts';
import {layerTimes, timeFields} from './times.ts';
import {grantLimits} from './ulimits.ts';

/** A RUN, as the cache sees it: its program and all that the program can see (SURFACE KEY-2). */
export async function runWork(step: RunStep, {stage, before}: Omit<Turn, 'work'>, stages: Stages): Promise<StepWork> {
	const mounts = await runMounts(step, stages);
	return {
		fields: {...runFields(step, stage, stages.builder), mounts: mounts.fields},
		perform: () => performRun(step, {stage, before, mounts}, stages.builder),
	};
}

/** Those of its fields that are known at once. */
export function runFields(step: RunStep, stage: Stage, builder: Pick<Builder, 'request' | 'epoch'>): KeyFields {
	const {request} = builder;
	return {
		kind: 'run',
		command: step.command,
		env: step.env,
		user: step.user,
		workdir: step.workdir,
		network: step.network,
		security: step.security,
		heredocs: step.heredocs.map(heredoc => ({...heredoc})),
		hosts: request.hosts.map(host => ({...host})),
		shmSize: request.shmSize,
		ulimits: request.ulimits.map(limit => ({...limit})),
		hostname: hostnameOf(request),
		platform: formatPlatform(stage.platform),
		...timeFields(builder),
	};
}

interface Performing {
	readonly stage: Stage;
	readonly before: StageState;
	readonly mounts: RunMounts;
}

async function performRun(step: RunStep, {stage, before, mounts}: Performing, builder: Builder): Promise<Made> {
	const {platform} = before.draft;
	const emulator = emulatorFor(platform);
	if (!emulator) throw cannotRun(step, stage, platform);
	const start = performance.now();
	const logFile = builder.logs.fileOf(step.id);
	const {status, snapshot, layer, ids} = await runLogged(step, {before, mounts, logFile, emulator}, builder);
	if (status !== 0) throw await runFailure(step, {status, logFile, ms: performance.now() - start}, before, builder);
	return {
		...(snapshot ? {snapshot} : {}),
		...(layer ? {layer: finishLayer(step, untilAborted(layer, builder.deadline), before.files, builder)} : {}),
		...(ids === 1 ? {oneId: whyOneId()} : {}),
	};
}

interface RunPlace extends Omit<Performing, 'stage'> {
	readonly logFile: string;
	readonly emulator: Emulator | 'none';
}

/** Runs the program. Its output is in the log before it is told. */
async function runLogged(
	step: RunStep,
	{before: {files, origin}, mounts, logFile, emulator}: RunPlace,
	builder: Builder,
) {
	const {events, signal} = builder;
	const worker = await workerFor(step, builder);
	const {ids} = worker.facts;
	const parent = await events.timed({what: 'snapshot', step: step.id}, () => snapshotOf(files, worker, builder));
	const output = stepOutput({step: step.id, logFile}, events);
	try {
		await using open = await mounts.open(worker);
		const {limits} = grantLimits(builder.request.ulimits, worker.facts.hardLimits);
		const job = runJob(step, builder);
		const env = [...job.env, ...open.env];
		const run = async () =>
			worker.run({...job, env, limits, mounts: open.mounts}, parent, {
				sources: open.sources,
				secrets: open.secrets,
				layers: ids === 1 ? await allLayers(files) : [],
				...layerTimes(builder),
				...(emulator === 'none' ? {} : {emulator}),
				output: {logFile},
				onOutput: output.append,
				onPacking: progress => events.emit({type: 'packing', step: step.id, ...progress}),
				signal,
			});
		const outcome = await events.timed({what: 'container', step: step.id}, run);
		return {...outcome, ids};
	} catch (error) {
		throw withBase(error, origin);
	} finally {
		output.end();
	}
}

/** Where a program is not in the image, it helps to know what that is made of. */
function withBase(error: unknown, {base}: Origin): unknown {
	if (!(error instanceof StepError) || error.code !== 'PROGRAM_MISSING') return error;
	const {code, message, notes, help, cause} = error;
	return new StepError(code, message, {notes: [...notes, `the base is ${base?.name ?? 'scratch'}`], help, cause});
}

/** What a machine lacks is told with the instruction that needs it. */
function workerFor({location: {file, start}}: RunStep, builder: Builder): Promise<Worker> {
	return builder.worker().catch(error => {
		if (!(error instanceof MachineError)) throw error;
		const {code, message, notes, help, cause} = error;
		throw new MachineError(code, `${message} (${file}:${start})`, {notes, help, cause});
	});
}

async function snapshotOf(files: Files, worker: Worker, builder: Pick<Builder, 'supply'>): Promise<Snapshot> {
	return files.snapshot ?? worker.prepare(await layersAtHand(files, builder));
}

/** SURFACE ARG-7. */
function hostnameOf({buildArgs}: Builder['request']): string {
	return buildArgs.BUILDKIT_SANDBOX_HOSTNAME || 'buildkitsandbox';
}

/** The job of a RUN: what a bundle is made of. */
export function runJob(step: RunStep, {id, request}: Pick<Builder, 'id' | 'request'>): RunJob {
	return {
		id: `${id}-${step.id}`,
		argv: step.command,
		env: [...step.env, ...step.proxyEnv],
		cwd: step.workdir,
		user: step.user,
		hostname: hostnameOf(request),
		network: step.network,
		security: step.security,
		...(request.shmSize === undefined ? {} : {shmSize: request.shmSize}),
		limits: request.ulimits,
		dns: request.dns,
		hosts: request.hosts,
		files: step.heredocs.map(({name, content, mode}) => ({path: `/dev/pipes/${name}`, data: content, mode})),
		mounts: step.mounts.flatMap((mount, index) => (mount.target === undefined ? [] : [jobMount(mount, index)])),
	};
}
