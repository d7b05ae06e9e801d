import type {Snapshot} from '../snapshot/snapshot.ts';

/** What a bind of a job shows, and how the worker comes by it. Its `source` in the job is `at`, below the bundle. */
export type MountSource = {readonly at: string} & (SnapshotSource | CacheSource | SecretSource | SocketSource);

/** Files at rest. What a program writes there is discarded. */
export interface SnapshotSource {
	readonly kind: 'snapshot';
	readonly snapshot: Snapshot;
	/** In the snapshot; links are followed inside it. */
	readonly path: string;
}

/** A folder that outlives the build: ROOT/caches/`name`. */
export interface CacheSource {
	readonly kind: 'cache';
	readonly name: string;
	readonly path: string;
	/** Of a new one. */
	readonly owner: Owner;
	/** What a new one begins with. */
	readonly seed?: Pick<SnapshotSource, 'snapshot' | 'path'>;
}

/** Bytes that are on no disk. */
export interface SecretSource extends Required<Owner> {
	readonly kind: 'secret';
	readonly data: Uint8Array;
}

/** A socket of this machine, through one of our own that has another owner. */
export interface SocketSource extends Required<Owner> {
	readonly kind: 'socket';
	readonly path: string;
}

/** Of a file or folder inside the container. */
export interface Owner {
	readonly uid?: number;
	readonly gid?: number;
	readonly mode?: number;
}
