import {formatPlatform} from '../oci/platform.ts';
import type {Mount, RunStep, Stage} from '../plan/plan.ts';
import type {JobMount, RunJob} from '../runtime/job.ts';
import type {Snapshot} from '../snapshot/snapshot.ts';
import type {Worker} from '../worker/worker.ts';
import type {Builder} from './builder.ts';
import {allLayers, type Files} from './files.ts';
import type {KeyFields} from './key.ts';
import {finishLayer} from './pack-step.ts';
import {runFailure} from './run-failure.ts';
import type {Made, StageState, StepWork} from './step.ts';

/** A RUN, as the cache sees it: its program and all that the program can see (SURFACE KEY-2). */
export function runWork(step: RunStep, stage: Stage, before: StageState, builder: Builder): StepWork {
	return {fields: runFields(step, stage, builder), perform: () => performRun(step, before, builder)};
}

function runFields(step: RunStep, stage: Stage, {request, epoch}: Builder): KeyFields {
	return {
		kind: 'run',
		command: step.command,
		env: step.env,
		user: step.user,
		workdir: step.workdir,
		network: step.network,
		security: step.security,
		mounts: step.mounts.map(mount => ({...mount, from: mount.from && {...mount.from}})) as never,
		heredocs: step.heredocs.map(heredoc => ({...heredoc})),
		hosts: request.hosts.map(host => ({...host})),
		platform: formatPlatform(stage.platform),
		epoch,
	};
}

async function performRun(step: RunStep, before: StageState, builder: Builder): Promise<Made> {
	const {events, signal} = builder;
	const start = performance.now();
	const worker = await builder.worker();
	const parent = await snapshotOf(before.files, worker);
	const logFile = builder.logs.fileOf(step.id);
	const outcome = await worker.run(runJob(step, builder), parent, {
		layers: worker.facts.ids === 1 ? await allLayers(before.files) : [],
		...(builder.epoch === undefined ? {} : {epoch: builder.epoch}),
		logFile,
		onOutput: ({stream, offset, data}) =>
			events.emitOutput({step: step.id, stream, logFile, offset, length: data.byteLength}),
		signal,
	});
	if (outcome.status !== 0) {
		throw await runFailure(step, {status: outcome.status, logFile, ms: performance.now() - start}, before, builder);
	}
	return {
		...(outcome.snapshot ? {snapshot: outcome.snapshot} : {}),
		...(outcome.layer ? {layer: finishLayer(step, outcome.layer, before.files, builder)} : {}),
		singleId: worker.facts.ids === 1,
	};
}

async function snapshotOf(files: Files, worker: Worker): Promise<Snapshot> {
	return files.snapshot ?? worker.prepare(await allLayers(files));
}

/** The job of a RUN: what a bundle is made of. */
export function runJob(step: RunStep, {id, request}: Pick<Builder, 'id' | 'request'>): RunJob {
	return {
		id: `${id}-${step.id}`,
		argv: step.command,
		env: [...step.env, ...step.proxyEnv],
		cwd: step.workdir,
		user: step.user,
		hostname: request.buildArgs.BUILDKIT_SANDBOX_HOSTNAME ?? 'buildkitsandbox',
		network: step.network,
		security: step.security,
		hosts: request.hosts,
		files: step.heredocs.map(({name, content, mode}) => ({path: `/dev/pipes/${name}`, data: content, mode})),
		mounts: step.mounts.flatMap(tmpfs),
	};
}

function tmpfs({type, target, size}: Mount): JobMount[] {
	return type === 'tmpfs' && target !== undefined ? [{type, target, ...(size === undefined ? {} : {size})}] : [];
}
