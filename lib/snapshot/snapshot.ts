import type {ChainID} from '../oci/digest.ts';
import type {ArrivingLayer} from '../oci/image.ts';

/** A root filesystem at rest, as plain data: the names of its folders below ROOT/snapshots, the lowest first. */
export interface Snapshot {
	readonly folders: readonly string[];
}

/** Makes root filesystems of layers. What it makes is kept in the store, found again by the chain of diffIDs. */
export interface Snapshotter {
	readonly kind: 'overlay' | 'copy';
	/** The snapshot of a stack, the lowest layer first. Only what no earlier call unpacked is unpacked; others that need the same wait for it. */
	prepare(layers: readonly ArrivingLayer[]): Promise<Snapshot>;
	/** A writable root filesystem on `parent`. `folder` is new, on the store's filesystem, and its own. */
	activate(parent: Snapshot, options: ActivateOptions): Promise<ActiveSnapshot>;
	/** A folder with all the files of a snapshot, to be looked at and never written to. Undefined if no single folder has them. */
	folderOf(snapshot: Snapshot): string | undefined;
	/** Notes that `snapshot` is what the stack of this chainID unpacks to, so that `prepare` finds it. */
	remember(chain: ChainID, snapshot: Snapshot): void;
}

export interface ActivateOptions {
	readonly folder: string;
	/** Where something will be mounted. Where it can, the snapshotter shows empty files and directories there that no layer will have. */
	readonly stubs: readonly Stub[];
}

export interface Stub {
	/** Relative to the root, without a leading slash. */
	readonly path: string;
	readonly type: 'file' | 'directory';
}

/** A root filesystem while a program changes it. Disposing of it without `commit` leaves nothing. */
export interface ActiveSnapshot extends AsyncDisposable {
	/** Absolute path. */
	readonly rootfs: string;
	/**
	 * Freezes it: nothing may use `rootfs` any more. `restored`: directories that were changed and put right again
	 * besides the program, and are no change if they still are as said here.
	 */
	commit(restored?: readonly Restored[]): Promise<Frozen>;
	/** What has changed so far; it stays in use. */
	changes(): ChangedFiles;
}

export interface Restored {
	readonly path: string;
	readonly mode: bigint;
	readonly uid: bigint;
	readonly gid: bigint;
	readonly mtimeNs: bigint;
}

/** A new snapshot, and what it adds. */
export interface Frozen extends ChangedFiles {
	readonly snapshot: Snapshot;
}

/** What a program changed. Disposed of when it has been read. */
export interface ChangedFiles extends Disposable {
	/** What changed, as an upper folder of overlayfs: whiteouts are devices 0:0, opaque directories have `user.overlay.opaque`. */
	readonly changes: string;
}
