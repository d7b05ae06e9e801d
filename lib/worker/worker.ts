import type {PackedLayer, PackProgress} from '../layer/packed.ts';
import type {Layer} from '../oci/image.ts';
import type {RunJob} from '../runtime/job.ts';
import type {Snapshot} from '../snapshot/snapshot.ts';
import type {Gathering} from './gather.ts';
import type {MountSource} from './mount-source.ts';

/** The process inside the user namespace, as the build sees it. Started at the first need; `Symbol.asyncDispose` ends it, whatever it is doing. */
export interface Worker extends AsyncDisposable {
	/** Facts found at its start. */
	readonly facts: WorkerFacts;
	/** Unpacks what is not unpacked yet of a stack of layers, the lowest first, several at once. */
	prepare(layers: readonly Layer[]): Promise<Snapshot>;
	/** The snapshot with these files of a build context and no others, copied unless it is there already. */
	gather(files: Gathering): Promise<Snapshot>;
	/** Deletes folders whose files may belong to mapped ids. */
	remove(paths: readonly string[]): Promise<void>;
	/**
	 * Runs a job on a snapshot. Answers when its program has ended and the root filesystem is at rest; the layer of
	 * what it changed is still being packed then. Nothing is kept of a job whose status is not 0.
	 * `layers` is the stack that `parent` holds, for the owners of paths in single-id mode.
	 */
	run(job: RunJob, parent: Snapshot, options: RunOptions): Promise<RunOutcome>;
}

export interface RunOptions {
	readonly layers: readonly Layer[];
	/** Clamp for the mtimes of what is packed, in seconds: SOURCE_DATE_EPOCH. */
	readonly epoch?: number;
	/** What binds of the job show that is not simply a path. */
	readonly sources?: readonly MountSource[];
	/** Values that the output must not show. */
	readonly secrets?: readonly Uint8Array[];
	/** Where the raw output goes. The worker appends; `.idx` lies beside it: one line `milliseconds stream offset length` a chunk. */
	readonly logFile: string;
	/** Called for each piece of output after it is in the log. */
	readonly onOutput: (output: RunOutput) => void;
	/** Called while the layer is packed, ten times a second at most. */
	readonly onPacking: (progress: PackProgress) => void;
	/** Ends the container: TERM, KILL after 2 s. The promise rejects with the signal's reason once it is gone. */
	readonly signal: AbortSignal;
}

export interface RunOutput {
	readonly stream: 'stdout' | 'stderr';
	/** Where in the log file it lies. */
	readonly offset: number;
	readonly data: Uint8Array;
}

export interface RunOutcome {
	readonly status: number | NodeJS.Signals;
	/** Present when the status is 0. */
	readonly snapshot?: Snapshot;
	readonly layer?: Promise<PackedLayer>;
}

export interface WorkerFacts {
	readonly runtime: {readonly name: 'crun' | 'runc'; readonly path: string; readonly version: string};
	readonly snapshotter: 'overlay' | 'copy';
	/** How many ids it may give to files; 1 is the single-id mode. */
	readonly ids: number;
	/** How high limits of processes may be set, by name. */
	readonly hardLimits: Readonly<Record<string, number>>;
	/** Present in the single-id mode: what to tell the user. */
	readonly warning?: WorkerWarning;
}

/** A warning that is not about the Dockerfile. */
export interface WorkerWarning {
	readonly message: string;
	readonly notes: readonly string[];
	readonly help: readonly string[];
}
