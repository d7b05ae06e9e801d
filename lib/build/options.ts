import type {Entitlement} from './entitlements.ts';

/** What `build()` is asked to do: UX.md section 8. */
export interface BuildOptions {
	/** A folder, a `file:` URL, a context that is on no disk, or one in a tar. */
	readonly context: string | URL | VirtualContext | ArchiveContext;
	/** Path of the Dockerfile, relative to where the process stands; its text; or absent: the context's Dockerfile, dockerfile or Containerfile. */
	readonly dockerfile?:
		| string
		| {readonly text: string /** As people know it; default `Dockerfile`. */; readonly name?: string};
	/** `--build-context`: a folder, `oci-layout://DIR[:tag]`, `docker-image://REF`, or a virtual one. */
	readonly contexts?: Readonly<Record<string, string | VirtualContext>>;
	readonly tags?: readonly string[];
	readonly target?: string;
	/** `os/arch[/variant]`; this release builds one. */
	readonly platforms?: readonly string[];
	readonly buildArgs?: Readonly<Record<string, string>>;
	readonly labels?: Readonly<Record<string, string>>;
	readonly outputs?: readonly Output[];
	/** Does every step anew, or those of the stages named. */
	readonly noCache?: boolean | readonly string[];
	/** Ask the registry even if the base is in the store. */
	readonly pull?: boolean;
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
	/** Steps at a time; default: number of cores. */
	readonly jobs?: number;
	/** The store; default `$STRATA_ROOT`, `$XDG_DATA_HOME/strata`, `~/.local/share/strata`. */
	readonly root?: string;
	readonly signal?: AbortSignal;
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
export type Output =
	/** An OCI layout: a folder, or with `tar` a file. */
	| {readonly type: 'oci'; readonly dest: string; readonly tar?: boolean}
	/** A tar that every `docker load` takes. `-` as `dest` is stdout (CLI only). */
	| {readonly type: 'docker'; readonly dest: string}
	/** Handed to podman or docker, whichever is there. */
	| {readonly type: 'load'};
