import type {Packer} from '../layer/packer.ts';
import type {Step} from '../plan/plan.ts';
import type {Store} from '../store/store.ts';
import type {Worker} from '../worker/worker.ts';
import type {StepCache} from './cache.ts';
import type {CacheMounts} from './cache-mounts.ts';
import type {Contexts} from './contexts.ts';
import type {EventStream} from './event-stream.ts';
import type {BuildLogs} from './logs.ts';
import type {Request} from './request.ts';
import type {Slots} from './slots.ts';
import type {SshAgents} from './ssh-agents.ts';

/** The services of one build, and what was asked of it. */
export interface Builder {
	/** Names the build: its logs, its failed image, its crash report. */
	readonly id: string;
	readonly request: Request;
	readonly store: Store;
	readonly cache: StepCache;
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
	/** Seconds: SOURCE_DATE_EPOCH, which clamps every time we write. */
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

/** Now, or SOURCE_DATE_EPOCH, as ISO 8601. */
export function timestamp({epoch}: Pick<Builder, 'epoch'>): string {
	return new Date(epoch === undefined ? Date.now() : epoch * 1000).toISOString();
}
