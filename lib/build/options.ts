import type {ProvenanceWishes} from '../attest/facts.ts';
import type {ImageForm} from '../export/form.ts';
import type {Annotation} from '../image/annotations.ts';
import type {Unset} from '../image/unset.ts';
import type {RegistryAccess} from '../registry/access.ts';
import type {CacheFrom, CacheTo, MountsTo} from './cache-options.ts';
import type {Entitlement} from './entitlements.ts';

export type {ProvenanceWishes} from '../attest/facts.ts';
export type {Annotation} from '../image/annotations.ts';

/** What `build()` is asked to do: UX.md section 8. */
export interface BuildOptions extends ImageForm {
	/** A folder, a `file:` URL, a context that is on no disk, or one in a tar. */
	readonly context: string | URL | VirtualContext | ArchiveContext;
	/** Path of the Dockerfile, relative to where the process stands; its text; or absent: the context's Dockerfile, dockerfile or Containerfile. */
	readonly dockerfile?:
		| string
		| {readonly text: string /** As people know it; default `Dockerfile`. */; readonly name?: string};
	/** `--build-context`: a folder, `oci-layout://DIR[:tag]`, `docker-image://REF`, or a virtual one. */
	readonly contexts?: Readonly<Record<string, string | VirtualContext>>;
	/** In place of the image, or context, that the first FROM names. */
	readonly from?: string;
	/** In place of the .dockerignore of the context: a path, relative to where the process stands. */
	readonly ignoreFile?: string;
	/** `git`: files of contexts have the modes that git keeps, 0755 and 0644, and not those of the disk. Default `disk`. */
	readonly contextMode?: 'disk' | 'git';
	readonly tags?: readonly string[];
	readonly target?: string;
	/** `os/arch[/variant]`; of several the image is an index. Default: this machine's. */
	readonly platforms?: readonly string[];
	readonly buildArgs?: Readonly<Record<string, string>>;
	readonly labels?: Readonly<Record<string, string>>;
	/** What the image does not inherit of its bases. */
	readonly unset?: Unset;
	/** Variables that each stage begins with, as if its base had them: an ENV of the same name wins. */
	readonly env?: Readonly<Record<string, string>>;
	readonly annotations?: readonly Annotation[];
	/** The config has no history, not even the base's. */
	readonly omitHistory?: boolean;
	/** SOURCE_DATE_EPOCH, in seconds, before the build arg and the environment: the time of the config, of its history, and of the entries of outputs. */
	readonly sourceDateEpoch?: number;
	/**
	 * With an epoch, the times of files in new layers: none later (`clamp`, the default), all the same (`set`), or as they are
	 * (`keep`). Layers of bases stay as they are.
	 */
	readonly fileTimes?: 'clamp' | 'set' | 'keep';
	readonly outputs?: readonly Output[];
	/** What is stated of the image and kept beside it. Default: nothing, so that an image of one platform is one manifest. */
	readonly attestations?: Attestations;
	/** Tells in the result how each image was built: in which mode, as SLSA has it. Nothing of it is kept. */
	readonly provenanceRecord?: 'min' | 'max';
	/** Does every step anew, or those of the stages named. */
	readonly noCache?: boolean | readonly string[];
	/** Ask the registry even if the base is in the store. */
	readonly pull?: boolean;
	/** Where steps may come from that the store does not have. One that cannot be read is a warning. */
	readonly cacheFrom?: readonly CacheFrom[];
	/** Where the steps of this build are written to, for others to take. */
	readonly cacheTo?: readonly CacheTo[];
	/** Where `RUN --mount=type=cache` takes the files of a cache that is not in the store. */
	readonly cacheMountsFrom?: readonly CacheFrom[];
	/** Where the caches that a RUN of this build used are written to. */
	readonly cacheMountsTo?: readonly MountsTo[];
	/** How registries are reached where that is not the usual way; logins are those that are kept. */
	readonly registries?: Omit<RegistryAccess, 'login'>;
	readonly network?: 'default' | 'none' | 'host';
	/** What a RUN may ask for with `--network=host`, `--security=insecure` or `--device`; the network `host` allows itself. */
	readonly allow?: readonly (Entitlement | `device=${string}`)[];
	/** What `RUN --mount=type=secret` shows, by id: a value, or the file that has it. On no disk, in no log and in no key. */
	readonly secrets?: Readonly<Record<string, string | Uint8Array | {readonly file: string}>>;
	/** The agents that `RUN --mount=type=ssh` can use, by id: one that runs, or keys for one of its own. */
	readonly ssh?: Readonly<Record<string, {readonly socket: string} | {readonly keys: readonly string[]}>>;
	/** Lines for /etc/hosts: name → address, or several. `host-gateway` is this machine. */
	readonly hosts?: Readonly<Record<string, string | readonly string[]>>;
	/** For /etc/resolv.conf, in place of what this machine's says. */
	readonly dns?: {
		readonly servers?: readonly string[];
		readonly search?: readonly string[];
		readonly options?: readonly string[];
	};
	/** Bytes of /dev/shm; default 64 MiB. */
	readonly shmSize?: number;
	/** Limits of processes by name, as `nofile`: one number, or what programs get and what they may raise it to; -1 is no limit. */
	readonly ulimits?: Readonly<Record<string, number | {readonly soft: number; readonly hard: number}>>;
	/** `crun`, `runc` or a path; default: what works. */
	readonly runtime?: string;
	/** Steps at a time, of those that run a program; default: number of cores. */
	readonly jobs?: number;
	/** The store; default `$STRATA_ROOT`, `$XDG_DATA_HOME/strata`, `~/.local/share/strata`. */
	readonly root?: string;
	readonly signal?: AbortSignal;
}

/** Statements on an image, as in-toto has them (https://github.com/in-toto/attestation). */
export interface Attestations {
	/** Which packages are in it, as an SPDX document. */
	readonly sbom?: boolean;
	/** How it was built, as SLSA has it; `true`: mode `max`, version `v1`. */
	readonly provenance?: boolean | Partial<ProvenanceWishes>;
	/** As artifacts that refer to the image: registries list them as its referrers, too. Default: no, for some registries do not take them. */
	readonly artifact?: boolean;
}

/** Files by their path in the context. */
export interface VirtualContext {
	readonly files: Readonly<Record<string, VirtualFile>>;
}

/** A tar file, compressed or not, whose entries are the context. */
export interface ArchiveContext {
	readonly archive: string;
}

export type VirtualFile = VirtualContent | {readonly data: VirtualContent; readonly mode?: number};
export type VirtualContent = string | Uint8Array | (() => AsyncIterable<Uint8Array>);

/** Where the image goes besides the store. */
export type Output = Destination & {
	/** What it is annotated with only there. */
	readonly annotations?: readonly Annotation[];
	/** `fileTimes` by another name, as layers are made once for all outputs: `clamp`, or `keep` where it is false. */
	readonly rewriteTimestamp?: boolean;
	/** `attestations.artifact` by another name: they are made once for all outputs. */
	readonly ociArtifact?: boolean;
};

/** `-` as `dest` of an archive is stdout (CLI only). */
export type Destination =
	/** An OCI layout: a folder, or with `tar` a file. */
	| ({readonly type: 'oci'; readonly dest: string; readonly tar?: boolean} & OutputImage)
	/** A tar that every `docker load` takes. */
	| ({readonly type: 'docker'; readonly dest: string} & OutputImage)
	/** Handed to podman or docker, whichever is there. */
	| {readonly type: 'load'}
	/** Its files, in a folder, as the caller's own; `delete`: what else is in the folder is deleted. Default `copy`. */
	| ({readonly type: 'local'; readonly dest: string; readonly mode?: 'copy' | 'delete'} & OutputFiles)
	/** Its files as a tar. */
	| ({readonly type: 'tar'; readonly dest: string} & OutputFiles)
	/** The store alone, as always. */
	| {readonly type: 'store'}
	/** Not even the store: only the steps are kept. */
	| {readonly type: 'cacheonly'}
	/** Added to the index of this name in the store, in the place of what it has for the platform. */
	| {readonly type: 'manifest'; readonly name: string}
	/** Pushed to the registries of its names. */
	| ({readonly type: 'registry'} & OutputImage & PushOutput);

/** Files of an image. */
export interface OutputFiles {
	/** Whether each platform has a folder, such as `linux_arm64`. Default: if there are several, or with the build arg `BUILDKIT_MULTI_PLATFORM=1`. */
	readonly split?: boolean;
}

/** How an image is pushed. */
export interface PushOutput {
	/** Without tags: each name is that of a repository. */
	readonly byDigest?: boolean;
	/** Say `NAME@DIGEST` of where it went. */
	readonly canonical?: boolean;
	/** By https with any certificate, or by http. */
	readonly insecure?: boolean;
}

/** What the image is to be like in one output: in the place of what the build was asked for. */
export interface OutputImage extends ImageForm {
	/** In the place of `tags`. */
	readonly names?: readonly string[];
}
