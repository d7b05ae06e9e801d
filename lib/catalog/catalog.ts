import type {ConfigDifference} from '../image/compare.ts';
import type {DiffID, Digest} from '../oci/digest.ts';
import type {History, ImageConfig, Manifest} from '../oci/image.ts';
import type {FileChange} from '../tree/compare.ts';

/** Which store; default `$STRATA_ROOT`, `$XDG_DATA_HOME/strata`, `~/.local/share/strata`. */
export interface CatalogOptions {
	readonly root?: string;
}

/** A row of `strata images`. */
export interface ImageSummary {
	/** `redis`; absent for an unnamed image. */
	readonly repository?: string;
	readonly tag?: string;
	/** Of the config; of several platforms that of the index, as a build prints it. */
	readonly id: Digest;
	readonly digest: Digest;
	readonly platforms: readonly string[];
	/** ISO 8601, of the config; absent if it has none. */
	readonly created?: string;
	/** When the store got it, in milliseconds since the epoch: what tables show as age and sort by. */
	readonly tagged: number;
	/** Bytes as stored. */
	readonly size: number;
	readonly layers: number;
}

/** What `strata inspect` shows, and prints with `--json`. */
export interface ImageDetails {
	readonly names: readonly string[];
	readonly id: Digest;
	readonly digest: Digest;
	readonly platform: string;
	/** The index that names this image, if one has the name; all platforms that it has. */
	readonly index?: {readonly digest: Digest; readonly platforms: readonly string[]};
	readonly size: number;
	readonly created?: string;
	readonly tagged: number;
	readonly base?: {readonly name: string; readonly digest: Digest};
	readonly config: ImageConfig;
	readonly manifest: Manifest;
	readonly layers: readonly LayerDetails[];
	/** What is stated of it; absent where nothing is. */
	readonly attestations?: readonly AttestationDetails[];
}

/** A statement that stands beside an image: https://github.com/in-toto/attestation */
export interface AttestationDetails {
	/** Says how it is to be read: `https://spdx.dev/Document`. */
	readonly predicateType: string;
	readonly digest: Digest;
	readonly size: number;
}

export interface LayerDetails {
	readonly digest: Digest;
	readonly diffID: DiffID;
	readonly size: number;
	readonly unpacked?: number;
	readonly files?: number;
	/** `base`, or the number and the instruction of the step that made it. */
	readonly step: string;
}

/** A row of `strata history`, newest first. */
export interface HistoryRow {
	/** `3`, or `base`. */
	readonly step: string;
	readonly created?: string;
	readonly instruction: string;
	readonly history: History;
	/** Absent where the instruction made no layer. */
	readonly size?: number;
	readonly unpacked?: number;
	readonly files?: number;
}

/** What `strata tag` and `strata rmi` did. */
export interface Renamed {
	readonly digest: Digest;
	/** The name given, or the names taken away, as the store has them. */
	readonly names: readonly string[];
}

/** A build whose logs are kept. */
export interface BuildLog {
	readonly build: string;
	/** ISO 8601: when it began. */
	readonly at: string;
	readonly names: readonly string[];
	readonly steps: readonly LoggedStep[];
	/** ISO 8601; absent while it goes on, or if it was killed. */
	readonly ended?: string;
}

export interface LoggedStep {
	readonly id: string;
	readonly label: string;
	readonly text: string;
}

export interface LogOptions extends CatalogOptions {
	/** Default: the last one. */
	readonly build?: string;
	/** `2/3`, `build 2/5` or `s2`; default: all that printed something. */
	readonly step?: string;
	/** Go on until the build has ended. */
	readonly follow?: boolean;
	readonly signal?: AbortSignal;
}

/** A piece of what a step printed, as it came. */
export interface LogChunk {
	readonly step: LoggedStep;
	readonly stream: 'stdout' | 'stderr';
	/** Milliseconds since the step began. */
	readonly t: number;
	readonly data: Uint8Array;
}

/** How an image differs from another. */
export interface ImageDifferences {
	readonly before: {readonly digest: Digest; readonly id: Digest};
	readonly after: {readonly digest: Digest; readonly id: Digest};
	/** Sorted by path. */
	readonly files: readonly FileChange[];
	/** Sorted by field. */
	readonly config: readonly ConfigDifference[];
}

/** A row of `strata du`. */
export interface UsageRow {
	readonly what: 'images' | 'containers' | 'bases' | 'step cache' | 'snapshots' | 'cache mounts' | 'logs' | 'total';
	readonly count?: number;
	readonly size: number;
	/** Bytes that `prune` could free; absent where nothing can go. */
	readonly reclaimable?: number;
	/** Milliseconds since the epoch. */
	readonly lastUsed?: number;
}

export interface PruneOptions extends CatalogOptions {
	/** Also unnamed images, and containers that have ended. */
	readonly all?: boolean;
	/** Only these; `cache` is all but logs, `mounts` are the caches of RUN --mount alone. */
	readonly only?: readonly ('cache' | 'mounts' | 'logs')[];
	/** Only what was not used for so many milliseconds. */
	readonly until?: number;
	/** Oldest first, until no more than so many bytes are used. */
	readonly keep?: number;
	/** Only say what would go. */
	readonly dryRun?: boolean;
}

export interface PruneReport {
	readonly freed: number;
	readonly removed: readonly {readonly what: UsageRow['what']; readonly count: number; readonly size: number}[];
}

/** A line of `strata doctor`. */
export interface Finding {
	readonly topic: 'user namespaces' | 'id ranges' | 'overlay' | 'runtime' | 'cgroups' | 'registry';
	/** `warning`: builds work, with a limit. `failure`: what RUN needs is missing, or (overlay) it is slower. */
	readonly state: 'ok' | 'warning' | 'failure';
	/** One line: what was found. */
	readonly found: string;
	/** What follows from it, if something does. */
	readonly effect?: string;
	/** What to type, and when: `modprobe overlay  (root, once)`. */
	readonly cure?: string;
}

export interface Diagnosis {
	readonly findings: readonly Finding[];
	/** Whether a Dockerfile with RUN can be built. */
	readonly canRun: boolean;
	/** The closing line: `This machine can build. 1 thing makes it slower.` */
	readonly summary: string;
}
