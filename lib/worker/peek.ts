import {join} from 'node:path';
import {StepError} from '../errors.ts';
import type {PackedLayer} from '../layer/packed.ts';
import type {Packer} from '../layer/packer.ts';
import type {ChangedFiles} from '../snapshot/snapshot.ts';
import type {Store} from '../store/store.ts';
import {packChanges} from './layers.ts';
import type {PeekRequest} from './messages.ts';
import {pauseContainer} from './pause.ts';
import type {Services} from './run-job.ts';

/** A job whose program runs. */
export interface RunningJob {
	/** Where the runtime wrote the id of its first process. */
	readonly pidFile: string;
	/** Mount points that were made for it, which nobody is to see. */
	readonly stubs: readonly string[];
	changes(): ChangedFiles;
}

interface Peeking extends Services {
	readonly store: Store;
	readonly packer: Packer;
}

/** Packs what a job has changed so far. Its processes wait meanwhile. */
export async function peek(services: Peeking, {job, layers, omit}: PeekRequest): Promise<PackedLayer> {
	const running = services.running.get(job);
	if (!running) throw new StepError('NOT_RUNNING', 'its program does not run', {help: ['try again when it has ended']});
	using _ = await pauseContainer(running.pidFile);
	return await packChanges(services.store, services.packer, {
		frozen: running.changes(),
		owners: services.ids === 1 ? layers : undefined,
		omit,
		stubs: running.stubs,
		times: undefined,
		draft: join(services.scratch, `${job}-peek`),
		onProgress: () => {},
	});
}
