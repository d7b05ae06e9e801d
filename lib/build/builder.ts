import type {Packer} from '../layer/packer.ts';
import type {Step} from '../plan/plan.ts';
import type {Store} from '../store/store.ts';
import type {Worker} from '../worker/worker.ts';
import type {StepCache} from './cache.ts';
import type {CacheExports} from './cache-exports.ts';
import type {CacheMounts} from './cache-mounts.ts';
import type {Contexts} from './contexts.ts';
import type {EventStream} from './event-stream.ts';
import type {BuildLogs} from './logs.ts';
import type {MountCaches} from './mount-caches.ts';
import type {Request} from './request.ts';
import type {Slots} from './slots.ts';
import type {SshAgents} from './ssh-agents.ts';
import type {Supply} from './supply.ts';

/** The services of one build, and what was asked of it. */
export interface Builder {
	/** Names the build: its logs, its failed image, its crash report. */
	readonly id: string;
	readonly request: Request;
	readonly store: Store;
	readonly cache: StepCache;
	readonly supply: Supply;
	/** The caches elsewhere that the build was asked to write. */
	readonly exports?: CacheExports;
	/** The files of cache mounts that come from elsewhere, or go there. */
	readonly mountCaches?: MountCaches;
	readonly contexts: Contexts;
	readonly events: EventStream;
	readonly logs: BuildLogs;
	/** Aborted when the build is stopped or a part of it failed; its reason is the error of the build. */
	readonly signal: AbortSignal;
	/** Aborted 2 s after the build is stopped: what is done by then is packed and recorded, also if something else failed. */
	readonly deadline: AbortSignal;
	readonly slots: Slots;
	readonly agents: SshAgents;
	readonly caches: CacheMounts;
	readonly packer: Packer;
	/** Seconds: SOURCE_DATE_EPOCH, the time of all that we write. */
	readonly epoch: number | undefined;
	/** The process in the user namespace, started at the first call. */
	worker(): Promise<Worker>;
	/** Takes over work that goes on behind the steps. If it fails, the build does; `settle` waits for all of it. */
	background(work: Promise<unknown>): void;
	settle(): Promise<void>;
	/** The build fails with the first error it is told of, and everything else is stopped. */
	fail(error: unknown, step?: Step): void;
	throwIfFailed(): void;
}
