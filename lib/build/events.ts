import type {Location} from '../errors.ts';
import type {PackProgress} from '../layer/packed.ts';
import type {DiffID, Digest} from '../oci/digest.ts';
import type {TransferProgress} from '../registry/transfer.ts';

/** What happens in a build, in order: UX.md 2.10 by example. JSON-serialisable; within version 1 fields are only added. */
export type BuildEvent =
	| BuildStarted
	| Planned
	| Warned
	| StepStarted
	| StepWaiting
	| Transfer
	| StepOutput
	| StepFinished
	| Packing
	| LayerPacked
	| Worked
	| Exported
	| CacheMoved
	| Failed
	| BuildFinished;

interface EventCommon {
	readonly v: 1;
	/** Milliseconds since `build.started`, on a clock that never goes back. */
	readonly t: number;
}

export interface BuildStarted extends EventCommon {
	readonly type: 'build.started';
	/** Names the folder of logs and the crash report. */
	readonly build: string;
	/** ISO 8601. */
	readonly at: string;
	readonly strata: string;
	readonly names: readonly string[];
	readonly platforms: readonly string[];
}

export interface Planned extends EventCommon {
	readonly type: 'plan';
	/** The Dockerfile as people named it. */
	readonly file: string;
	readonly stages: readonly PlannedStage[];
	readonly steps: readonly PlannedStep[];
}

export interface PlannedStage {
	readonly name: string;
	readonly base: string;
	readonly steps: readonly string[];
	/** Those of the images that it is built for; that of its own programs stands with its steps. */
	readonly platforms: readonly string[];
}

export interface PlannedStep {
	readonly id: string;
	readonly label: string;
	readonly kind: 'base' | 'run' | 'copy' | 'workdir' | 'config';
	readonly platform: string;
	readonly text: string;
	readonly location: Location;
}

export interface Warned extends EventCommon {
	readonly type: 'warning';
	/** Name of the lint rule, absent for warnings that are not about the Dockerfile. */
	readonly rule?: string;
	readonly message: string;
	/** Of a lint rule: the words of BuildKit's linter, and its page on the rule. */
	readonly detail?: string;
	readonly url?: string;
	readonly location?: Location;
	readonly excerpt?: readonly {readonly number: number; readonly text: string; readonly marked: boolean}[];
	readonly notes?: readonly string[];
	readonly help?: readonly string[];
}

export interface StepStarted extends EventCommon {
	readonly type: 'step.started';
	readonly step: string;
}

export interface StepWaiting extends EventCommon {
	readonly type: 'step.waiting';
	/** Absent while the plan is made. */
	readonly step?: string;
	readonly for: 'lock' | 'slot' | 'registry';
	readonly pid?: number;
	/** Of a registry: what went wrong, in how many milliseconds it is tried again, and how often it was tried. */
	readonly reason?: string;
	readonly delay?: number;
	readonly attempt?: number;
}

export interface Transfer extends EventCommon, TransferProgress {
	readonly type: 'transfer';
	/** Absent while the image is pushed. */
	readonly step?: string;
}

export interface StepOutput extends EventCommon {
	readonly type: 'step.output';
	readonly step: string;
	readonly stream: 'stdout' | 'stderr';
	/** One of the two: `base64` where the bytes are not UTF-8. */
	readonly text?: string;
	readonly base64?: string;
}

export interface StepFinished extends EventCommon {
	readonly type: 'step.finished';
	readonly step: string;
	readonly result: 'done' | 'cached' | 'failed' | 'stopped' | 'not-run';
	readonly ms: number;
	readonly exitCode?: number;
	/** What the row says beside the instruction: layers and bytes of a base, files and bytes of a copy. */
	readonly layers?: number;
	readonly files?: number;
	readonly bytes?: number;
	/** Of a base: what its name stands for. */
	readonly resolved?: string;
	/** Of a RUN whose programs are for other machines. */
	readonly emulated?: true;
}

/** While the layer of a step is packed, ten times a second at most; the step itself may be finished. In bytes of its files. */
export interface Packing extends EventCommon, PackProgress {
	readonly type: 'packing';
	readonly step: string;
}

export interface LayerPacked extends EventCommon {
	readonly type: 'layer';
	readonly step: string;
	readonly diffID: DiffID;
	readonly digest: Digest;
	readonly size: number;
	readonly unpacked: number;
	readonly files: number;
	readonly ms: number;
}

/** A part of a build that took time of its own, told when it is over: for traces (`--trace`). */
export interface Worked extends EventCommon {
	readonly type: 'work';
	/**
	 * `contexts` are opened, the `plan` is made, a `worker` started, the files of a COPY chosen (`choose`), their entries placed
	 * (`place`), a `snapshot` of the layers below a RUN made, its `container` run, what is left in the background waited for
	 * (`settle`), the `image` written.
	 */
	readonly what: 'contexts' | 'plan' | 'worker' | 'choose' | 'place' | 'snapshot' | 'container' | 'settle' | 'image';
	readonly step?: string;
	readonly ms: number;
}

export interface Exported extends EventCommon {
	readonly type: 'export';
	readonly output:
		| 'attestations'
		| 'store'
		| 'oci'
		| 'docker'
		| 'load'
		| 'local'
		| 'tar'
		| 'cacheonly'
		| 'registry'
		| 'manifest';
	readonly dest: string;
	readonly state: 'started' | 'done';
	readonly ms: number;
	/** Bytes of the file, or of the files in a folder, when done. */
	readonly size?: number;
}

/** A cache of elsewhere is read, or written. One that cannot be is a warning. */
export interface CacheMoved extends EventCommon {
	readonly type: 'cache';
	/** Steps, layers that these made and that are needed now, or the files of cache mounts. */
	readonly kind: 'steps' | 'layers' | 'mounts';
	readonly direction: 'from' | 'to';
	/** The folder, or the name in a registry. */
	readonly ref: string;
	/** `started`: the build waits for it. `absent`: there is none yet. `failed`: a warning or an error says why. */
	readonly state: 'started' | 'done' | 'absent' | 'failed';
	readonly ms: number;
	/** When done: how many steps or mounts it has, or how many layers were fetched. */
	readonly entries?: number;
	/** Bytes of the layers that were fetched, or of all its blobs when written. */
	readonly size?: number;
	/** When written: how many blobs it has, and how many of them were there already. */
	readonly blobs?: number;
	readonly present?: number;
}

export interface Failed extends EventCommon {
	readonly type: 'error';
	readonly code: string;
	readonly exitCode: number;
	readonly message: string;
	readonly step?: string;
	readonly location?: Location;
	readonly excerpt?: readonly {readonly number: number; readonly text: string; readonly marked: boolean}[];
	readonly notes?: readonly string[];
	readonly help: readonly string[];
	readonly logTail?: readonly string[];
	readonly logFile?: string;
	readonly cause?: string;
}

export interface BuildFinished extends EventCommon {
	readonly type: 'build.finished';
	readonly result: 'done' | 'failed' | 'stopped';
	readonly cached: number;
	readonly steps: number;
	readonly ms: number;
	readonly image?: FinishedImage;
}

export interface FinishedImage {
	readonly names: readonly string[];
	/** Of the manifest, or of an index. */
	readonly digest: Digest;
	/** Of the config; of an index its own digest. */
	readonly id: Digest;
	/** Bytes as stored: manifest, config and layers. */
	readonly size: number;
	readonly layers: number;
	readonly platforms: readonly string[];
	/** Those that an index names; absent where the image is none. */
	readonly images?: readonly FinishedPlatform[];
}

/** An image of one platform, of which an index names several. */
export interface FinishedPlatform {
	readonly platform: string;
	readonly digest: Digest;
	readonly id: Digest;
	/** Bytes as stored: manifest, config and layers. */
	readonly size: number;
	readonly layers: number;
}
