import type {PackedLayer, PackProgress} from '../layer/packed.ts';
import type {ArrivingLayer, Layer} from '../oci/image.ts';
import type {RunJob} from '../runtime/job.ts';
import type {Candidate} from '../runtime/probe.ts';
import type {Snapshot} from '../snapshot/snapshot.ts';
import type {FillingCache, PackingCache} from './cache-files.ts';
import type {Gathering} from './gather.ts';
import type {WireError} from './wire-error.ts';
import type {RunOptions, RunOutcome, RunOutput, WorkerFacts} from './worker.ts';

/** What the main process can ask of the worker: by name, what it is given and what it answers. */
export interface Calls {
	/** The first call, and only once. */
	start: {takes: StartOptions; gives: WorkerFacts};
	prepare: {takes: {readonly layers: readonly ArrivingLayer[]}; gives: Snapshot};
	/** Copies files of a build context. */
	gather: {takes: Gathering; gives: Snapshot};
	run: {takes: RunRequest; gives: Omit<RunOutcome, 'layer'>};
	/** Packs the files of a cache mount. */
	packCache: {takes: PackingCache; gives: PackedLayer | undefined};
	/** Gives a cache mount that has none its files. */
	fillCache: {takes: FillingCache; gives: undefined};
	/** Packs what a job that runs has changed so far. */
	peek: {takes: PeekRequest; gives: PackedLayer};
	/** Tries all that a RUN needs. Needs no `start`. */
	examine: {takes: {readonly scratch: string; readonly ids: number}; gives: Findings};
	/** Deletes folders whose files may belong to mapped ids. */
	remove: {takes: {readonly paths: readonly string[]}; gives: undefined};
}

export interface StartOptions {
	readonly root: string;
	/** A folder in ROOT/tmp made by the main process, named for its id: for everything unfinished. */
	readonly scratch: string;
	/** Of the main process, as the machine knows it: this one's own means nothing outside its namespace. */
	readonly pid: number;
	readonly ids: number;
	readonly runtime?: string;
}

/** What was found inside the namespace. */
export interface Findings {
	/** What the kernel says to an overlay mount; absent if it is done. */
	readonly overlay?: {readonly code: string};
	/** crun, then runc, as far as they are in PATH. */
	readonly runtimes: readonly Candidate[];
}

/** A run without what cannot be sent: its functions and its signal. */
export interface RunRequest {
	readonly job: RunJob;
	readonly parent: Snapshot;
	readonly options: Omit<RunOptions, 'onOutput' | 'onPacking' | 'onStart' | 'signal'>;
}

export interface PeekRequest {
	/** The id of a job. */
	readonly job: string;
	/** As in RunOptions. */
	readonly layers: readonly Layer[];
	readonly omit: readonly string[];
}

/** To the worker. */
export type Request =
	| {
			[Name in keyof Calls]: {readonly call: number; readonly name: Name; readonly takes: Calls[Name]['takes']};
	  }[keyof Calls]
	| {readonly call: number; readonly name: 'abort'}
	| {readonly call: number; readonly name: 'signal'; readonly signal: number};

/** From the worker. A run whose program succeeded is answered twice: when it is over, and when its layer is packed. */
export type Reply =
	| {readonly call: number; readonly kind: 'answer'; readonly gives: unknown}
	| {readonly call: number; readonly kind: 'error'; readonly error: WireError}
	| {readonly call: number; readonly kind: 'output'; readonly output: RunOutput}
	| {readonly call: number; readonly kind: 'packing'; readonly progress: PackProgress}
	| {readonly call: number; readonly kind: 'layer'; readonly layer: PackedLayer}
	| {readonly call: number; readonly kind: 'layer-error'; readonly error: WireError};
