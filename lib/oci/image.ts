import type {DiffID, Digest} from './digest.ts';
import type {Platform} from './platform.ts';

/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md */
export interface Descriptor {
	readonly mediaType: string;
	readonly digest: Digest;
	readonly size: number;
	readonly annotations?: Readonly<Record<string, string>>;
	readonly platform?: Platform;
	readonly artifactType?: string;
	readonly urls?: readonly string[];
}

/** https://github.com/opencontainers/image-spec/blob/main/manifest.md */
export interface Manifest {
	readonly schemaVersion: 2;
	readonly mediaType?: string;
	/** What it is, if it is no image. */
	readonly artifactType?: string;
	readonly config: Descriptor;
	readonly layers: readonly Descriptor[];
	/** The manifest that it says something of. */
	readonly subject?: Descriptor;
	readonly annotations?: Readonly<Record<string, string>>;
}

/** https://github.com/opencontainers/image-spec/blob/main/image-index.md */
export interface Index {
	readonly schemaVersion: 2;
	readonly mediaType?: string;
	readonly manifests: readonly Descriptor[];
	readonly annotations?: Readonly<Record<string, string>>;
}

/** https://github.com/opencontainers/image-spec/blob/main/config.md#properties, with docker's Healthcheck, OnBuild, Shell (SURFACE CFG-1). */
export interface ContainerConfig {
	readonly User?: string;
	readonly ExposedPorts?: Readonly<Record<string, object>>;
	readonly Env?: readonly string[];
	readonly Entrypoint?: readonly string[] | null;
	readonly Cmd?: readonly string[] | null;
	readonly Volumes?: Readonly<Record<string, object>>;
	readonly WorkingDir?: string;
	readonly Labels?: Readonly<Record<string, string>>;
	readonly StopSignal?: string;
	readonly ArgsEscaped?: boolean;
	readonly Healthcheck?: Healthcheck;
	readonly OnBuild?: readonly string[];
	readonly Shell?: readonly string[];
}

/** Docker's health check; durations in nanoseconds. */
export interface Healthcheck {
	readonly Test?: readonly string[];
	readonly Interval?: number;
	readonly Timeout?: number;
	readonly StartPeriod?: number;
	readonly StartInterval?: number;
	readonly Retries?: number;
}

/** https://github.com/opencontainers/image-spec/blob/main/config.md, section history. */
export interface History {
	readonly created?: string;
	readonly author?: string;
	readonly created_by?: string;
	readonly comment?: string;
	readonly empty_layer?: boolean;
}

/** https://github.com/opencontainers/image-spec/blob/main/config.md */
export interface ImageConfig {
	readonly created?: string;
	readonly author?: string;
	readonly architecture: string;
	readonly os: string;
	readonly variant?: string;
	readonly 'os.version'?: string;
	readonly 'os.features'?: readonly string[];
	readonly config?: ContainerConfig;
	readonly rootfs: {readonly type: 'layers'; readonly diff_ids: readonly DiffID[]};
	readonly history?: readonly History[];
}

/** A layer of an image: its blob as stored, and the digest of what that unpacks to. */
export interface Layer {
	readonly descriptor: Descriptor;
	readonly diffID: DiffID;
}

/** A layer whose blob may be on its way yet: `arriving` is the file that it is being written to. */
export interface ArrivingLayer extends Layer {
	readonly arriving?: string | undefined;
}
