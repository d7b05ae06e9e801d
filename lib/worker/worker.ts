import type {FileTimes} from '../layer/file-times.ts';
import type {PackedLayer, PackProgress} from '../layer/packed.ts';
import type {ArrivingLayer, Layer} from '../oci/image.ts';
import type {RunJob} from '../runtime/job.ts';
import type {Snapshot} from '../snapshot/snapshot.ts';
import type {FillingCache, PackingCache} from './cache-files.ts';
import type {Emulator} from './emulators.ts';
import type {Gathering} from './gather.ts';
import type {MountSource} from './mount-source.ts';

/** The process inside the user namespace, as the build sees it. Started at the first need; `Symbol.asyncDispose` ends it, whatever it is doing. */
export interface Worker extends AsyncDisposable {
	/** Facts found at its start. */
	readonly facts: WorkerFacts;
	/** Unpacks what is not unpacked yet of a stack of layers, the lowest first, several at once. */
	prepare(layers: readonly ArrivingLayer[]): Promise<Snapshot>;
	/** The snapshot with these files of a build context and no others, copied unless it is there already. */
	gather(files: Gathering): Promise<Snapshot>;
	/** Packs the files of a cache mount, which nobody may use meanwhile; undefined if there is none. */
	packCache(cache: PackingCache): Promise<PackedLayer | undefined>;
	/** Unpacks a layer to be the files of a cache mount, unless it has some. What is no such layer leaves nothing. */
	fillCache(cache: FillingCache): Promise<void>;
	/** Deletes folders whose files may belong to mapped ids. */
	remove(paths: readonly string[]): Promise<void>;
	/**
	 * Runs a job on a snapshot. Answers when its program has ended and the root filesystem is at rest; the layer of
	 * what it changed is still being packed then. Of a job that `keep` does not mean nothing is kept.
	 * `layers` is the stack that `parent` holds, for the owners of paths in single-id mode.
	 */
	run(job: RunJob, parent: Snapshot, options: RunOptions): Promise<RunOutcome>;
	/** The layer of what a job that runs has changed so far. Its program waits meanwhile. */
	peek(job: string, options: Pick<RunOptions, 'layers' | 'omit'>): Promise<PackedLayer>;
}

export interface RunOptions {
	readonly layers: readonly Layer[];
	/** What runs the programs of the job, if they are for another architecture. */
	readonly emulator?: Emulator;
	/** What becomes of the mtimes of what is packed. */
	readonly times?: FileTimes;
	/** What binds of the job show that is not simply a path. */
	readonly sources?: readonly MountSource[];
	/** Values that the output must not show. */
	readonly secrets?: readonly Uint8Array[];
	/** Of which end a layer is made. Default: of `success`, the status 0. */
	readonly keep?: 'success' | 'always' | 'never';
	/** Directories whose content is no part of the layer, without a leading slash: volumes. */
	readonly omit?: readonly string[];
	/** Where the output goes. */
	readonly output: LoggedOutput | AttachedOutput;
	/** Called for each piece of logged output after it is in the log. */
	readonly onOutput?: (output: RunOutput) => void;
	/** Called once, with how signals are sent to the program, by number. */
	readonly onStart?: (send: (signal: number) => void) => void;
	/** Called while the layer is packed, ten times a second at most. */
	readonly onPacking: (progress: PackProgress) => void;
	/** Ends the container: TERM, KILL after 2 s. The promise rejects with the signal's reason once it is gone. */
	readonly signal: AbortSignal;
}

/** The worker appends what comes to `logFile`; `.idx` lies beside it: one line `milliseconds stream offset length` a chunk. */
export interface LoggedOutput {
	readonly logFile: string;
}

/** To where the worker was attached to when it was started; and if `stdin` says so, what can be read there is the program's. */
export interface AttachedOutput {
	readonly stdin: boolean;
}

export interface RunOutput {
	readonly stream: 'stdout' | 'stderr';
	/** Where in the log file it lies. */
	readonly offset: number;
	readonly data: Uint8Array;
}

export interface RunOutcome {
	readonly status: number | NodeJS.Signals;
	/** Present when it is kept. */
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
