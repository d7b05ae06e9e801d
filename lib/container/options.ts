import type {Digest} from '../oci/digest.ts';
import type {TerminalSize} from '../runtime/job.ts';

/** What is to be run, from which image, and how it differs from what the image says. */
export interface RunOptions {
	/** A name, an id or a digest of the store; else pulled as a FROM is. */
	readonly image: string;
	/** `os/arch[/variant]`, of an image for several. Default: this machine's, else the first that the store has. */
	readonly platform?: string;
	/** In place of the image's CMD. */
	readonly command?: readonly string[];
	/** In place of the image's ENTRYPOINT; its CMD does not count then. An empty text: none. */
	readonly entrypoint?: string;
	/** `NAME=value`, on top of the image's. */
	readonly env?: readonly string[];
	readonly workdir?: string;
	readonly user?: string;
	readonly volumes?: readonly Volume[];
	/** `host`, as a RUN has it, is the default: the network of this machine. */
	readonly network?: 'host' | 'none';
	/** Lines for /etc/hosts: name → address, or several. `host-gateway` is this machine. */
	readonly hosts?: Readonly<Record<string, string | readonly string[]>>;
	/** Names the container; default: its id. */
	readonly name?: string;
	/** Keep what it changed, for `commit`. Default: true. */
	readonly keep?: boolean;
	/** Whether our stdin is its. Default: no, it reads nothing. */
	readonly stdin?: boolean;
	/** The program gets a terminal of its own, shown on ours, which is of this size; stdin is its then. */
	readonly terminal?: TerminalSize;
	readonly pull?: boolean;
	/** crun, runc or a path. */
	readonly runtime?: string;
	readonly root?: string;
	/** Kills the container. */
	readonly signal?: AbortSignal;
	/** Tells what takes time. */
	readonly onNews?: (news: RunNews) => void;
}

/** A folder or file of this machine, and where the program sees it. Both paths are absolute. */
export interface Volume {
	readonly source: string;
	readonly target: string;
	readonly readOnly: boolean;
}

/** What is being waited for, and what should be known. */
export type RunNews =
	| {readonly type: 'pulling'; readonly image: string}
	| {readonly type: 'packing'}
	| {
			readonly type: 'warning';
			readonly message: string;
			readonly notes: readonly string[];
			readonly help: readonly string[];
	  };

/** How a program ended. */
export interface RunResult {
	readonly id: string;
	readonly name: string;
	/** Of a program that a signal ended, 128 and its number. */
	readonly exitCode: number;
	/** How many paths it changed; absent where that is not kept. */
	readonly changes?: number;
}

/** A container while it runs: await it for how it ends. */
export interface RunningContainer extends PromiseLike<RunResult> {
	readonly id: string;
	/** Sends a signal to its first process; `SIGWINCH` tells it that the terminal has another size. */
	kill(signal: NodeJS.Signals): void;
	/**
	 * Asks it to end, with the signal that its image says, and kills it ten seconds later. Where there is no program yet, or no more,
	 * it rejects with an AbortedError whose exit code is that of `by`; default: SIGTERM.
	 */
	stop(by?: 'SIGTERM' | 'SIGHUP'): void;
}

/** Which store; default `$STRATA_ROOT`, `$XDG_DATA_HOME/strata`, `~/.local/share/strata`. */
export interface ContainerOptions {
	readonly root?: string;
}

/** A row of `strata ps`. */
export interface ContainerSummary {
	readonly id: string;
	readonly name: string;
	/** As it was asked for. */
	readonly image: string;
	readonly argv: readonly string[];
	/** ISO 8601. */
	readonly created: string;
	/** `lost`: killed together with us, so that nothing is known of what it changed. */
	readonly state: 'running' | 'ended' | 'lost';
	/** ISO 8601. */
	readonly ended?: string;
	readonly exitCode?: number;
	/** Bytes of what it changed, as stored. */
	readonly size?: number;
}

export interface RemoveOptions extends ContainerOptions {
	/** Kill its program if it runs, and keep nothing of what it changed. */
	readonly force?: boolean;
}

export interface CommitOptions extends ContainerOptions {
	/** `[HOST/]PATH[:TAG]`; absent: the image has no name. */
	readonly name?: string;
	/** Instructions of a Dockerfile that change the config: `CMD ["redis-server"]`. */
	readonly changes?: readonly string[];
	readonly author?: string;
	/** The comment of its entry in the history. */
	readonly message?: string;
}

export interface CommitResult {
	/** Digest of the config: what podman and docker call IMAGE ID. */
	readonly id: Digest;
	/** Digest of the manifest. */
	readonly digest: Digest;
	readonly names: readonly string[];
}

/** A line of `docker diff`. */
export interface ContainerChange {
	/** Absolute. */
	readonly path: string;
	readonly change: 'added' | 'removed' | 'changed';
}
