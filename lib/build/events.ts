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
	| Exported
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
	readonly stages: readonly {readonly name: string; readonly base: string; readonly steps: readonly string[]}[];
	readonly steps: readonly PlannedStep[];
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
	readonly step: string;
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

export interface Exported extends EventCommon {
	readonly type: 'export';
	readonly output: 'store' | 'oci' | 'docker' | 'load';
	readonly dest: string;
	readonly state: 'started' | 'done';
	readonly ms: number;
	/** Bytes of the file or folder, when done. */
	readonly size?: number;
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
	readonly digest: Digest;
	readonly id: Digest;
	/** Bytes as stored: manifest, config and layers. */
	readonly size: number;
	readonly layers: number;
	readonly platforms: readonly string[];
	/** How podman of this machine can run it: straight from the store's `layout`, or only after a `load`. Absent: there is no podman. */
	readonly podman?: 'layout' | 'load';
}
