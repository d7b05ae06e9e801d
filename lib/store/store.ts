import type {Bytes} from '../bytes.ts';
import type {BlobSink, BlobSource} from '../oci/blobs.ts';
import type {DiffID, Digest} from '../oci/digest.ts';
import type {Descriptor} from '../oci/image.ts';

/**
 * All state of strata, one folder that is itself an OCI image layout
 * (https://github.com/opencontainers/image-spec/blob/main/image-layout.md). Any number of processes may have it open;
 * kill -9 of one leaves a store that the next uses without repair.
 */
export interface Store extends AsyncDisposable {
	/** Absolute path. */
	readonly root: string;
	readonly blobs: BlobStore;
	readonly images: Images;
	/** JSON records of one kind, a folder below the root: `steps`, `layers`, `tocs`, `bases`, `memo` … */
	records<T>(kind: string): Records<T>;
	/** A path below ROOT/tmp that nothing has yet, whose name holds our process id; prune removes those of dead processes. */
	temporary(): string;
	/** Waits for the lock on `key`, a name valid across processes. `onWait` is called once with the holder's process id if it has to wait. */
	lock(key: string, options?: LockOptions): Promise<AsyncDisposable>;
	/** The same without waiting: undefined if somebody else has the lock. */
	tryLock(key: string, mode?: LockOptions['mode']): AsyncDisposable | undefined;
}

export interface LockOptions {
	/** `shared` locks of one key exclude only an `exclusive` one, which is the default. */
	readonly mode?: 'shared' | 'exclusive';
	readonly onWait?: (pid: number | undefined) => void;
	readonly signal?: AbortSignal;
}

/** ROOT/blobs/sha256: write once, mode 0444. */
export interface BlobStore extends BlobSource, BlobSink {
	/** One stat; no read. */
	has(digest: Digest, size?: number): boolean;
	/** Where a blob lies, or would lie. */
	pathOf(digest: Digest): string;
	/** `onBegin` is told where a large blob is being written, once its beginning is there. If it is given up it has no name any more. */
	put(descriptor: Descriptor, content: Bytes, onBegin?: (path: string) => void): Promise<void>;
	/** Stores bytes at hand, such as a manifest. */
	add(bytes: Uint8Array, mediaType: string): Descriptor;
	/** Takes over a finished file, made at `temporary()`, whose digest was computed while it was written: fsync, mode, rename. */
	adopt(path: string, digest: Digest): void;
}

/** Small JSON values by key: each written to a temporary name, synced and renamed, so that a reader sees a whole one or none. */
export interface Records<T> {
	/** undefined if there is none, or if what is there cannot be read as JSON. */
	get(key: string): T | undefined;
	/** `mode` is that of the file; default: 0644. */
	put(key: string, value: T, mode?: number): void;
	delete(key: string): void;
	/** Keys that start with `prefix`, in no promised order. A `/` in a key makes a folder. */
	keys(prefix?: string): readonly string[];
	/**
	 * Takes over a finished file, JSON made at `temporary()`. Not synced: a value that a crash of the machine cuts short is no JSON, so
	 * it counts as absent.
	 */
	adopt(key: string, path: string): void;
	/** Where the value of a key lies, or would lie. */
	pathOf(key: string): string;
}

/** ROOT/index.json: the images of the store. Changes are made under a lock and replace the file whole. */
export interface Images {
	list(): readonly StoredImage[];
	/** The image of this name (`org.opencontainers.image.ref.name`), as `familiarName` writes it: `redis:latest`. */
	find(name: string): StoredImage | undefined;
	/** Gives `name` to a manifest or index; whoever had it keeps its place in the index without the name. No name: kept as an unnamed image. */
	tag(descriptor: Descriptor, name?: string): Promise<void>;
	/** The same, but whoever had the name is in the index no more, unless it has another one. */
	replace(descriptor: Descriptor, name: string): Promise<void>;
	/** Names what a step that failed started from. */
	tagFailed(descriptor: Descriptor, name: string): Promise<void>;
	/** Takes a name away; true if it was there. The descriptor goes too. */
	untag(name: string): Promise<boolean>;
	/** Removes every entry of this manifest, named or not. */
	remove(digest: Digest): Promise<void>;
}

export interface StoredImage {
	readonly name?: string;
	readonly descriptor: Descriptor;
	/** Milliseconds since the epoch when it got this name. */
	readonly tagged: number;
	/** A step that failed left it. */
	readonly failed?: true;
}

/** `steps` records: what is kept of a step that was done, by its key: why it would be done again, and what came of it. */
export interface StepRecord {
	readonly version: 1;
	/** Where it stood. */
	readonly slot: {readonly file: string; readonly stage: string; readonly label: string; readonly text: string};
	/** The digest of each field of its key. */
	readonly fields: Readonly<Record<string, Digest>>;
	/** Of the file system it started from. */
	readonly parent: Digest;
	/** ISO 8601: what its history entry says. */
	readonly created: string;
	/** The layer it made; absent for a step that makes none. `content`: the digest of its TOC without mtimes. */
	readonly layer?: {readonly diffID: DiffID; readonly content: Digest | DiffID};
	/** Why it was made with one id only, if it was: its owners are not those that its program asked for. */
	readonly oneId?: 'none' | 'refused';
}

/** `layers` records: what is known of a layer, by the hex of its diffID. */
export interface LayerRecord {
	readonly diffID: DiffID;
	/** By encoder: the blob that this encoder made of it; `registry`, `archive`, `cache`: one that is said there to be it; `checked`: one of elsewhere that was read and is. */
	readonly blobs: Readonly<Record<string, Descriptor>>;
	readonly content?: Digest;
	readonly unpacked?: number;
	readonly files?: number;
}

/** `bases` records: what a reference stood for when a registry was last asked, by `name@platform` made safe for a path. */
export interface BaseRecord {
	readonly reference: string;
	readonly platform: string;
	/** Of the image's manifest (never of an index). */
	readonly descriptor: Descriptor;
	/** Of what the name itself stands for: the index where there is one. */
	readonly resolved: Digest;
	/** Milliseconds since the epoch. */
	readonly asked: number;
}
